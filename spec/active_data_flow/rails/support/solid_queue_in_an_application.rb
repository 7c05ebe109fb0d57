# frozen_string_literal: true

# Run inside of a Rails application whose jobs are SolidQueue's: see solid_queue_spec.rb. Workers are processes that this one
# starts, signals and kills; they have the flows of the application's folder.
require_relative "queue_contract"
require_relative "../../../support/solid_queue"

# A supervisor with two forks, which it replaces.
class SolidQueueQueue
  include InAnApplication::Processes

  def initialize
    start
  end

  def start = @supervisor = SolidQueues::Supervisor.new

  def kill = @supervisor.kill

  def failures = SolidQueue::FailedExecution.all.map { |failed| [failed.exception_class, failed.message, failed.backtrace.to_a.first] }

  def try_again = SolidQueue::FailedExecution.all.each(&:retry)

  def stop = @supervisor.stop
end

module SolidQueueInAnApplication
  def queue = InAnApplication.queue ||= SolidQueueQueue.new
end

RSpec.configure do |config|
  config.include SolidQueueInAnApplication
  config.before { FileUtils.rm_f("tmp/complete") }
end

RSpec.describe "A flow in workers of SolidQueue" do
  include_examples "a queue"

  it "[through] names its job" do
    open_gate
    row = wait_for(GatedFlow.enqueue_now, &:success?)
    expect(row.queue_job).to be_a(SolidQueue::Job).and have_attributes(active_job_id: row.enqueued_job_id)
    expect(eventually { row.data_flow.queue_status(run: row) == :finished }).to be(true)
  end

  it "[through] says what the queue does with it" do
    row = run_at_gate(lease: 15)
    expect(row.provider_job_id).to eq(row.queue_job.id.to_s)
    expect(row.data_flow.queue_status).to eq(:running)
    open_gate
    wait_for(row, &:success?)
    expect(eventually { row.data_flow.queue_status == :finished }).to be(true)
    later = GatedFlow.enqueue_later(wait: 3600)
    expect(ActiveDataFlow::DataFlowRun.find(later.id).queue_job).to be_nil
    expect(ActiveDataFlow::DataFlow.create!(name: "idle", source: {}, sink: {}).queue_status).to be_nil
  end

  # Four threads of two processes: each has a part at least. No lease ends within this example.
  it "[parts] are carried over side by side, and those of a killed worker go on alone" do
    run = ActiveRecord::Base.transaction do
      PartedFlow.enqueue_now.tap { |made| ActiveDataFlow::DataFlowRun.find(made.id).parts.update_all(lease_seconds: 600) }
    end
    pid_of = ->(part) { Integer(part.owner.split(":")[1]) }
    rows = -> { ActiveDataFlow::DataFlowRun.find(run.id).parts.reload.to_a }
    expect(eventually { rows.call.all? { |part| part.commits == 1 && part.token } }).to be_truthy, File.read("log/jobs.log")
    pid = pid_of.call(rows.call.first)
    killed, others = rows.call.partition { |part| pid_of.call(part) == pid }
    Process.kill(:KILL, pid)
    killed.each { |part| wait_for(part) { |now| now.fence == 2 } }
    expect([run.reload.status, run.counts[:read], File.exist?("tmp/complete")]).to eq(["in_progress", 20, false])
    open_gate
    expect(wait_for(run, &:success?).counts).to include(read: 60, new: 60)
    expect(rows.call.map(&:fence)).to eq(rows.call.map { |part| killed.map(&:id).include?(part.id) ? 2 : 1 })
    expect(written.sort).to eq(numbers)
    expect(eventually { File.exist?("tmp/complete") && File.read("tmp/complete") == "60 read\n" }).to be(true)
    expect([killed.size + others.size, queue.failures]).to eq([4, []])
  end

  # Nobody tells of it, and the queue's claims stay for minutes: the sweep finds the run.
  it "[both] goes on when supervisor and workers are killed together, with each row once" do
    row = run_at_gate(lease: 3)
    queue.kill
    expect(SolidQueue::ClaimedExecution.count).to be > 0
    queue.start
    wait_for(row) { |now| now.fence >= 2 && now.token }
    open_gate
    done = wait_for(row, &:success?)
    expect(done.owner_job_id).not_to eq(row.owner_job_id)
    expect(written).to eq(numbers)
  end

  it "[both] takes the failed rows away that a dead supervisor has left, and no others" do
    errors = [SolidQueue::Processes::ProcessMissingError.new, RuntimeError.new("no")]
    jobs = errors.map do |error|
      job = SolidQueue::Job.create!(queue_name: "none", class_name: "ActiveDataFlow::DataFlowJob", arguments: {}, scheduled_at: 1.day.from_now)
      SolidQueue::FailedExecution.create!(job:, exception: error).update!(created_at: 2.minutes.ago)
      job
    end
    ActiveDataFlow::Rails::Sweeping.call
    expect(queue.failures.map(&:first)).to eq(["RuntimeError"])
  ensure
    jobs&.each { |job| SolidQueue::Job.where(id: job.id).destroy_all }
  end

  it "[warnings] says at its start what would keep the sweep from coming, and nothing where it comes" do
    said = lambda do |database: nil, **options|
      Operations.logger = Logger.new(text = StringIO.new)
      ActiveDataFlow::Rails::BootWarnings.call(SolidQueue::Configuration.new(**options), *database)
      text.string
    ensure
      Operations.logger = Rails.logger
    end
    expect(said.call).to eq("")
    expect(said.call(recurring_schedule_file: "none")).to match(/none of its recurring tasks is ActiveDataFlow::SweepJob.*Write: bin.rails active_data_flow:sync_schedules/)
    expect(said.call(workers: [{queues: "mail*"}])).to match(/none of its workers serves the queue active_data_flow_sweep.*Write: queues: active_data_flow_sweep,mail\*/)
    hide_const("EnhancedSQLite3") if defined?(EnhancedSQLite3)
    on = ->(adapter) { said.call(database: ActiveRecord::DatabaseConfigurations::HashConfig.new("development", "queue", {adapter:})) }
    expect(on.call("postgresql")).to eq("")
    expect(on.call("sqlite3")).to (ActiveRecord.version < Gem::Version.new("8.0.a")) ? match(/SQLite on Rails 7.*locked.*Write: gem "activerecord-enhancedsqlite3-adapter"/) : eq("")
    expect { SolidQueue::Supervisor.lifecycle_hooks.fetch(:start).each(&:call) }.not_to raise_error
  end
end
