# frozen_string_literal: true

require_relative "../../../../support/solid_queue"

# Workers that have a run, and supervisors with all their workers, killed by SIGKILL at moments that nobody chose. The queue
# goes on by itself; what is in the sink then is compared, in the database, with a run that nothing happened to.
class JobKills
  # Seconds that a worker gets after its first commit; a few get less, and die before it.
  SPAN = 1.0
  EARLY = 0.1
  # Seconds that each thousand rows take longer than they would, so that there is time to be killed in.
  PAUSE = 0.06
  # Seconds without a commit after which nothing goes on any more.
  PATIENCE = 180
  COLUMNS = "order_id, total, name"
  private_constant :SPAN, :EARLY, :PAUSE, :PATIENCE, :COLUMNS

  # How often was killed, in seconds until the next commit; and what became of the rows, over all runs.
  Answer = Data.define(:workers, :supervisors, :runs, :rows, :lost, :doubled, :wrong, :rejected, :counts, :failed_jobs)

  # @param rows [Integer] of each run
  # @param workers [Integer] that are to be killed, one after the other
  # @param supervisors [Integer]
  # @param seed [Integer]
  # @param lease [Integer] seconds
  def initialize(rows:, workers:, supervisors:, seed:, lease:)
    @rows = rows
    @random = Random.new(seed)
    @lease = lease
    @victims = ([:workers] * workers + [:supervisors] * supervisors).shuffle(random: @random)
    @seconds = {workers: [], supervisors: []}
  end

  # @yieldparam text [String] how far it is
  # @return [Answer]
  def call(&)
    undisturbed
    @supervisor = start
    runs = []
    runs << disturbed(&) until @victims.empty?
    answer(runs)
  ensure
    @supervisor&.stop
  end

  private

  def start = SolidQueues::Supervisor.new("PAUSE" => PAUSE.to_s)

  # In this process, which nobody kills.
  def undisturbed
    ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < #{@rows}) INSERT INTO orders (id, net) SELECT i, i FROM n")
    @counts = BulkFlow.run_now.counts
    ask("INSERT INTO expected (#{COLUMNS}) SELECT #{COLUMNS} FROM exports")
  end

  # @return [Hash{Symbol => Integer}] what is not as it should be
  def disturbed
    ask("DELETE FROM exports")
    @run = ActiveRecord::Base.transaction do
      BulkFlow.enqueue_now.tap { |run| ActiveDataFlow::DataFlowRun.where(id: run.id).update_all(lease_seconds: @lease) }
    end
    while @victims.any? && (seconds = strike(@victims.last))
      @seconds[@victims.pop] << seconds
      yield "#{@seconds.values.sum(&:size)} kills, #{look.rows_read} rows of #{@rows}, went on after #{seconds.round(1)} s"
    end
    wait(every: 0.2, &:success?)
    compared
  end

  # @param victim [:workers, :supervisors]
  # @return [Float, nil] seconds until somebody else had committed a batch; nil when the run had ended before
  def strike(victim)
    early = @random.rand < EARLY
    wait { |row| row.success? || (row.token && (early || row.commits > row.claim_commits)) }
    sleep(@random.rand * (early ? PAUSE : SPAN))
    row = look
    return if row.success?

    began = now
    (victim == :workers) ? Process.kill(:KILL, Integer(row.owner.split(":")[1])) : restart
    other = wait { |later| later.success? || (later.fence > row.fence && later.commits > later.claim_commits) }
    now - began if other.fence > row.fence
  end

  # As whoever watches over the supervisor does.
  def restart
    @supervisor.kill
    @supervisor = start
  end

  def compared
    row = look
    {lost: number("SELECT count(*) FROM (SELECT #{COLUMNS} FROM expected EXCEPT SELECT #{COLUMNS} FROM exports) AS missing"),
     wrong: number("SELECT count(*) FROM (SELECT #{COLUMNS} FROM exports EXCEPT SELECT #{COLUMNS} FROM expected) AS more"),
     doubled: number("SELECT count(*) - count(DISTINCT order_id) FROM exports"),
     rejected: row.rejects.count - 1, counts: row.counts.except(:started_at) == @counts && row.success?}
  end

  def answer(runs)
    sums = %i[lost wrong doubled rejected].to_h { |name| [name, runs.sum { |run| run[name] }] }
    Answer.new(**@seconds, **sums, runs: runs.size, rows: @rows, counts: runs.all? { |run| run[:counts] }, failed_jobs: failed_jobs)
  end

  # Those that a supervisor has left which was killed are discarded when they are a minute old.
  def failed_jobs
    SolidQueue::FailedExecution.update_all(created_at: 1.hour.ago)
    ActiveDataFlow::Rails::Sweeping.call
    SolidQueue::FailedExecution.count
  end

  def look = ActiveDataFlow::DataFlowRun.find(@run.id)

  # @param every [Numeric] seconds between two looks
  # @return [ActiveDataFlow::DataFlowRun] as it is then
  def wait(every: 0.01)
    limit = now + PATIENCE
    row = look
    until yield(row)
      raise "the run does not go on: #{row.attributes}\n#{File.read("log/jobs.log")}" if now > limit || row.failed?

      sleep every
      before, row = row, look
      limit = now + PATIENCE if row.commits > before.commits
    end
    row
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def ask(sql) = ActiveRecord::Base.connection.execute(sql)

  def number(sql) = Integer(ActiveRecord::Base.connection.select_value(sql))
end
