# frozen_string_literal: true

require_relative "crash_process"

# One crash on a database of its own: a process meets its end at a point, others take over by `run_now`, and what is there
# in the end is compared with a run that nothing happened to.
class CrashScenario
  # What can be seen afterwards.
  Facts = Data.define(:status, :counts, :rows, :twice, :rejects, :deaths, :calls, :unmade)

  class << self
    # @return [Facts] of a run that nothing happened to
    def undisturbed(flow) = (@undisturbed ||= {})[flow] ||= new(flow).tap(&:take_over).facts

    # Several at once: they mostly wait for leases.
    # @param made [Hash{Object => Proc}]
    # @return [Hash{Object => Object}] what the blocks gave
    def at_once(made, threads: 4)
      todo = made.each_with_object(Queue.new) { |pair, queue| queue << pair }.close
      Array.new(threads) { Thread.new { [].tap { |done| (pair = todo.pop) && done << [pair[0], attempt(pair[1])] until todo.empty? } } }.flat_map(&:value).to_h
    end

    # @return [CrashScenario] of another flow on the same database
    def of(scenario, flow) = allocate.tap { |other| other.send(:share, flow, scenario.config) }

    private

    def attempt(block)
      block.call
    rescue => error
      error
    end
  end

  # @return [Hash] of its database
  attr_reader :config
  # @return [CrashProcess::End] of the process that met its end
  attr_reader :first
  # @return [Facts, nil] what those who took over left
  attr_reader :after

  # @param flow [Class]
  def initialize(flow = OrderExportFlow, rows: 50)
    @flow = flow
    @config = CrashDatabase.fresh(rows:)
  end

  # @return [CrashProcess] that begins the run
  def begin(**options) = CrashProcess.new(@config, **options) { run_once }

  # @return [CrashProcess] that begins the run, or goes on with it; where it has ended, with its last commit and before
  #   anybody heard of it, no other is begun
  def go_on(**options) = CrashProcess.new(@config, **options) { ended? ? [store.runs.first.status] : run_once }

  # By SIGKILL at the point.
  def kill(point, **options)
    @first = self.begin(point:, deed: "kill", **options).value
    take_over
    self
  end

  # One of the deeds, and nothing is left of the scenario.
  # @param deed [String] "kill", "stop" or "end"
  # @param waits (see #stop)
  # @return [Array] how the process came to its end, and the {Facts} afterwards
  def struck(deed, point, waits:)
    case deed
    when "kill" then kill(point)
    when "stop" then stop(point, waits:)
    else end_sessions(point)
    end
    [first, after || facts]
  ensure
    remove
  end

  # Its sessions are ended at the point; it has to come to its end by itself.
  def end_sessions(point, **options)
    @first = self.begin(point:, deed: "end", **options).value
    take_over unless @first.answer.is_a?(Array)
    self
  end

  # By SIGSTOP at the point, past its lease, until others have finished; then it goes on.
  # @param waits [Boolean] whether others have to wait for it
  def stop(point, waits: false, **options)
    process = self.begin(point:, deed: "stop", **options)
    return self unless process.stopped? || (@first = process.value).nil?

    waits ? sleep(1.5 * CrashDatabase::LEASE) : take_over
    process.go_on
    @first = process.value
    take_over
    self
  end

  # Processes that call `run_now` until the run has ended; whoever finds it ended begins no other.
  # @return [Facts] of the run that has ended
  def take_over(**options)
    3.times do
      ended = CrashProcess.new(@config, **options) { (ended? || patiently) && look }.value
      raise "a process that took over ended so: #{ended}" if ended.answer.is_a?(String)
      return @after = ended.answer if ended.answer
    end
    raise "the run does not come to its end"
  end

  # @return [Facts]
  def facts = CrashProcess.new(@config) { look }.value.answer

  # One more start.
  def again(**options) = self.begin(**options).value

  # @return [Array<Array>] what the database answers
  def ask(query) = CrashProcess.new(@config) { table(query) }.value.answer

  # Does something in the database.
  def sql(*statements)
    CrashProcess.new(@config) { ::ActiveRecord::Base.connection_pool.with_connection { |connection| statements.map { |one| connection.execute(one) && nil } } }.value
  end

  def remove = CrashDatabase.remove(@config)

  private

  def share(flow, config)
    @flow, @config = flow, config
  end

  def run_once
    run = @flow.run_now
    [run.status, run.counts[:read]]
  end

  def store = ActiveDataFlow::ActiveRecord::Stores.for(nil)

  def ended? = store.runs.first&.finished?

  # @return [Boolean] whether the run has ended
  def patiently
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 8
    until ended?
      return false if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline

      try
    end
    true
  end

  def try
    @flow.run_now.finished? || sleep(0.1)
  rescue ::ActiveRecord::StatementInvalid => error
    raise unless error.message.match?(/locked|busy/i)
  end

  def look
    runs = store.runs
    Facts.new(status: runs.map(&:status), counts: ActiveDataFlow::Run.new(store, runs.first).counts, deaths: runs.first.deaths,
      rows: table("SELECT order_id, total, name FROM #{sink} ORDER BY order_id, total"),
      twice: table("SELECT order_id, count(*) FROM audits GROUP BY order_id HAVING count(*) > 1"),
      rejects: ActiveDataFlow::Run.new(store, runs.first).rejects.map { |reject| [reject.position, reject.stage, reject.reason.sub(/:.*row contains.*|`crash_\w+`\./, "")] }.sort,
      calls: table("SELECT count(*) FROM calls").flatten.first.to_i, unmade: runs.sum(&:callbacks_due))
  end

  def sink = @flow.declarations.sink.name

  def table(sql) = ::ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows(sql) }
end
