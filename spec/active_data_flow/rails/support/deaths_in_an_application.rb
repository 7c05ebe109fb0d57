# frozen_string_literal: true

# Run inside of a Rails application whose jobs are SolidQueue's: see solid_queue_deaths_spec.rb. Workers are processes that this one
# starts, signals and kills; they have the flows of the application's folder.
require File.expand_path("config/environment")
require_relative "../../../support/solid_queue"
require_relative "../../../support/eventually"

module DeathsInAnApplication
  GATE = Rails.root.join("tmp/gate").to_s
  REACHED = Rails.root.join("tmp/reached").to_s

  class << self
    attr_accessor :supervisor
  end

  def supervisor = DeathsInAnApplication.supervisor ||= SolidQueues::Supervisor.new

  # @param pid [Integer, nil] of the one process that may go through it
  def open_gate(pid = "all") = File.write(GATE, "for #{pid}")

  # A run that is at the gate, behind two batches or more.
  # @param lease [Integer] seconds
  def run_at_gate(lease:) = wait_for(enqueued(WatchedFlow, lease:)) { |row| File.exist?(REACHED) && row.token }

  # @param flow [Class]
  # @param lease [Integer] seconds
  def enqueued(flow, lease:)
    ActiveRecord::Base.transaction do
      flow.enqueue_now.tap { |made| ActiveDataFlow::DataFlowRun.where(id: made.id).update_all(lease_seconds: lease) }
    end
  end

  # @return [ActiveDataFlow::DataFlowRun] as it is then
  def wait_for(run)
    row = nil
    expect(eventually { yield(row = ActiveDataFlow::DataFlowRun.find(run.id)) }).to be_truthy, "#{row.attributes}\n#{File.read("log/jobs.log")}"
    row
  end

  def pid_of(row) = Integer(row.owner.split(":")[1])

  def written = ActiveRecord::Base.connection.select_values("SELECT number FROM copies ORDER BY id").map(&:to_i)

  # Nobody waits for the next sweep: whatever is due is enqueued now, and SolidQueue's workers do it.
  # @return [ActiveDataFlow::DataFlowRun]
  def swept_until(run, &done)
    wait_for(run) { |row| ActiveDataFlow::Sweep.call(now_or_never: true) && done.call(row) }
  end

  # Not inside of a transaction on SQLite, in which it would keep everybody from writing.
  def stand_still(pid)
    Process.kill(:STOP, pid)
    ActiveRecord::Base.connection.execute("UPDATE calls SET run_id = run_id")
  rescue ActiveRecord::StatementTimeout
    Process.kill(:CONT, pid)
    retry
  end

  # The worker or supervisor that comes to the point dies there.
  def arm(point) = File.write(Rails.root.join("tmp", point), "")

  def struck?(point) = !File.exist?(Rails.root.join("tmp", point))

  def restart
    supervisor.kill
    DeathsInAnApplication.supervisor = nil
    supervisor
  end

  # @return [Array<Integer>] runs whose callback was called
  def called = ActiveRecord::Base.connection.select_values("SELECT run_id FROM calls").map(&:to_i)

  # Those that a dead supervisor has left are discarded when they are old enough.
  # @return [Array<String>] what is said of the others
  def failed_jobs
    SolidQueue::FailedExecution.update_all(created_at: 1.hour.ago)
    ActiveDataFlow::Rails::Sweeping.call(now_or_never: true)
    SolidQueue::FailedExecution.all.map { |row| [row.exception_class, row.message].join(": ") }
  end

  def jobs_end = eventually { SolidQueue::Job.where(class_name: "ActiveDataFlow::DataFlowJob", finished_at: nil).none? }
end

RSpec.configure do |config|
  config.include DeathsInAnApplication
  config.before do
    FileUtils.rm_f([DeathsInAnApplication::GATE, DeathsInAnApplication::REACHED])
    ActiveDataFlow::DataFlow.destroy_all
    SolidQueue::FailedExecution.find_each(&:discard)
    %w[copies calls].each { |table| ActiveRecord::Base.connection.execute("DELETE FROM #{table}") }
    supervisor
  end
  config.after(:suite) { DeathsInAnApplication.supervisor&.stop }
end

RSpec.configure { |config| config.include DeathsInAnApplication }

RSpec.describe "A run whose process stands still or dies" do
  let(:numbers) { (1..60).to_a }

  it "[SIGSTOP] is taken over, and who was continued then commits nothing, and says that it is alive" do
    row = run_at_gate(lease: 2)
    before = written
    stand_still(pid_of(row))
    other = swept_until(row) { |now| now.fence == 2 && now.token && pid_of(now) != pid_of(row) }
    open_gate(pid_of(row))
    Process.kill(:CONT, pid_of(row))
    told = wait_for(row) { |now| now.prev_token.nil? }
    expect(told).to have_attributes(fence: 2, commits: row.commits, token: other.token, lease_seconds: 4)
    expect(written).to eq(before)
    open_gate
    expect(wait_for(row, &:success?)).to have_attributes(fence: 2, deaths: 0)
    expect(written).to eq(numbers)
    expect([jobs_end, failed_jobs, called]).to eq([true, [], [row.id]])
  end

  it "[poison] comes to its end without the row that kills, which is put aside" do
    run = enqueued(PoisonedFlow, lease: 600)
    done = wait_for(run, &:success?)
    expect(done.rejects.map { |reject| [reject.position, reject.reason] }).to match([["int:21", /the process died each time it came to this row/]])
    expect(written).to eq(numbers - [21])
    expect(done.counts).to include(read: 60, new: 59, rejected: 1)
    expect([jobs_end, failed_jobs]).to eq([true, []])
  end

  it "[slow] comes to its end with all rows, though a batch takes longer than the lease" do
    run = enqueued(FrozenFlow, lease: 1)
    done = swept_until(run, &:success?)
    expect(done).to have_attributes(fence: be > 1, lease_seconds: be > 1)
    expect([written, done.rejects, done.counts.slice(:read, :new)]).to eq([numbers, [], {read: 60, new: 60}])
    expect([jobs_end, failed_jobs]).to eq([true, []])
  end

  it "[death] before the callbacks: the next sweep calls them" do
    arm("before the callbacks")
    open_gate
    run = WatchedFlow.enqueue_now
    wait_for(run) { struck?("before the callbacks") }
    done = swept_until(run) { called.any? }
    expect([called, written, done.fence, jobs_end, failed_jobs]).to eq([[run.id], numbers, 1, true, []])
  end

  it "[death] in the callbacks: they are called when the time is over that they may take" do
    arm("in the callbacks")
    open_gate
    run = WatchedFlow.enqueue_now
    wait_for(run) { struck?("in the callbacks") }
    expect([jobs_end, called]).to eq([true, []])
    ActiveDataFlow::DataFlowRun.where(id: run.id).update_all(dispatch_after: 1.minute.ago)
    swept_until(run) { called.any? }
    expect([called, written, failed_jobs]).to eq([[run.id], numbers, []])
  end

  it "[death] before the job is finished: it comes again, and finds nothing to do" do
    arm("before the job is finished")
    open_gate
    run = WatchedFlow.enqueue_now
    wait_for(run) { struck?("before the job is finished") }
    expect([jobs_end, failed_jobs]).to eq([true, []])
    expect(ActiveDataFlow::DataFlowRun.sole).to have_attributes(id: run.id, status: "success", fence: 1)
    expect([written, called]).to eq([numbers, [run.id]])
  end

  it "[death] in the release: the run goes on elsewhere, and it was no death" do
    row = run_at_gate(lease: 600)
    arm("in the release")
    Process.kill(:TERM, pid_of(row))
    wait_for(row) { |now| now.leaving == 1 }
    open_gate
    done = wait_for(row, &:success?)
    expect([struck?("in the release"), done.deaths, written, jobs_end, failed_jobs]).to eq([true, 0, numbers, true, []])
  end

  # A supervisor that is killed there has failed the job of the worker, and has not enqueued it again.
  it "[death] in the event's subscriber: the run goes on when its lease has ended, and no failed job is left" do
    row = run_at_gate(lease: 3)
    arm("in the event's subscriber")
    Process.kill(:KILL, pid_of(row))
    wait_for(row) { struck?("in the event's subscriber") }
    restart
    open_gate
    swept_until(row, &:success?)
    expect([written, called, failed_jobs, jobs_end]).to eq([numbers, [row.id], [], true])
  end

  it "[deleted] is gone with the flow's row, and its worker ends without an error" do
    row = run_at_gate(lease: 15)
    before = written
    row.data_flow.destroy!
    open_gate
    expect([jobs_end, failed_jobs, ActiveDataFlow::DataFlowRun.count, called]).to eq([true, [], 0, []])
    expect(written).to eq(before)
  end
end
