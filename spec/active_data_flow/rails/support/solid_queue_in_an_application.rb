# frozen_string_literal: true

# Run inside of a Rails application whose jobs are SolidQueue's: see solid_queue_spec.rb. Workers are processes that this one
# starts, signals and kills; they have the flows of the application's folder.
require File.expand_path("config/environment")
require_relative "../../../support/solid_queue"
require_relative "../../../support/eventually"

module SolidQueueInAnApplication
  GATE = Rails.root.join("tmp/gate").to_s
  OVERLAPS = Rails.root.join("tmp/overlaps").to_s

  class << self
    attr_accessor :supervisor
  end

  def supervisor = SolidQueueInAnApplication.supervisor ||= SolidQueues::Supervisor.new

  def open_gate = File.write(GATE, "")

  # A run that is at the gate, behind two batches.
  # @param lease [Integer] seconds
  def run_at_gate(lease:)
    run = ActiveRecord::Base.transaction do
      GatedFlow.enqueue_now.tap { |made| ActiveDataFlow::DataFlowRun.where(id: made.id).update_all(lease_seconds: lease) }
    end
    wait_for(run) { |row| row.commits == 2 && row.token }
  end

  # @return [ActiveDataFlow::DataFlowRun] as it is then
  def wait_for(run)
    row = nil
    expect(eventually(60) { yield(row = ActiveDataFlow::DataFlowRun.find(run.id)) }).to be_truthy, "#{row.attributes}\n#{File.read("log/jobs.log")}"
    row
  end

  def pid_of(row) = Integer(row.owner.split(":")[1])

  def failures = SolidQueue::FailedExecution.all.map { |failed| [failed.exception_class, failed.message, failed.backtrace.to_a.first] }

  def written = ActiveRecord::Base.connection.select_values("SELECT number FROM copies ORDER BY id").map(&:to_i)
end

RSpec.configure do |config|
  config.include SolidQueueInAnApplication
  config.before do
    FileUtils.rm_f([SolidQueueInAnApplication::GATE, SolidQueueInAnApplication::OVERLAPS])
    ActiveDataFlow::DataFlow.destroy_all
    ActiveRecord::Base.connection.execute("DELETE FROM copies")
    supervisor
  end
  config.after(:suite) { SolidQueueInAnApplication.supervisor&.stop }
end

RSpec.describe "A flow in workers of SolidQueue" do
  let(:numbers) { (1..60).to_a }

  it "[through] runs through, and names its job" do
    open_gate
    run = GatedFlow.enqueue_now
    row = wait_for(run, &:success?)
    expect(written).to eq(numbers)
    job = row.queue_job
    expect(job).to be_a(SolidQueue::Job).and have_attributes(active_job_id: row.enqueued_job_id)
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

  it "[SIGTERM] ends with its worker between two batches, and goes on in another" do
    row = run_at_gate(lease: 600)
    Process.kill(:TERM, pid_of(row))
    wait_for(row) { |now| now.leaving == 1 || now.fence > 1 }
    open_gate
    done = wait_for(row, &:success?)
    expect(done).to have_attributes(fence: 2, deaths: 0)
    expect(done.owner).not_to eq(row.owner)
    expect(written).to eq(numbers)
  end

  # No lease ends within this example: the queue's event is what brings the run back.
  it "[SIGKILL] goes on at once when its worker is killed, with each row once" do
    row = run_at_gate(lease: 600)
    Process.kill(:KILL, pid_of(row))
    wait_for(row) { |now| now.fence == 2 }
    open_gate
    expect(wait_for(row, &:success?)).to have_attributes(fence: 2)
    expect(written).to eq(numbers)
    expect(failures).to eq([])
  end

  # Nobody tells of it, and the queue's claims stay for minutes: the sweep finds the run.
  it "[both] goes on when supervisor and workers are killed together, with each row once" do
    row = run_at_gate(lease: 3)
    supervisor.kill
    expect(SolidQueue::ClaimedExecution.count).to be > 0
    SolidQueueInAnApplication.supervisor = nil
    supervisor
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
    expect(failures.map(&:first)).to eq(["RuntimeError"])
  ensure
    jobs&.each { |job| SolidQueue::Job.where(id: job.id).destroy_all }
  end

  it "[warnings] says at its start what would keep the sweep from coming, and nothing where it comes" do
    said = lambda do |**options|
      Operations.logger = Logger.new(text = StringIO.new)
      ActiveDataFlow::Rails::BootWarnings.call(SolidQueue::Configuration.new(**options))
      text.string
    ensure
      Operations.logger = Rails.logger
    end
    expect(said.call).to eq("")
    expect(said.call(recurring_schedule_file: "none")).to match(/none of its recurring tasks is ActiveDataFlow::SweepJob.*Write: bin.rails active_data_flow:sync_schedules/)
    expect(said.call(workers: [{queues: "mail*"}])).to match(/none of its workers serves the queue active_data_flow_sweep.*Write: queues: active_data_flow_sweep,mail\*/)
    expect { SolidQueue::Supervisor.lifecycle_hooks.fetch(:start).each(&:call) }.not_to raise_error
  end

  it "[overlap] is never done by two jobs at once" do
    open_gate
    jobs = Array.new(8) { ActiveDataFlow::DataFlowJob.perform_later("gated").job_id }
    expect(eventually(60) { SolidQueue::Job.where(active_job_id: jobs, finished_at: nil).none? }).to be(true)
    expect(File.exist?(SolidQueueInAnApplication::OVERLAPS)).to be(false)
    expect(GatedFlow.runs.map(&:status).uniq).to eq(["success"])
    expect(written).to eq(numbers * GatedFlow.runs.size)
    expect(failures).to eq([])
  end
end
