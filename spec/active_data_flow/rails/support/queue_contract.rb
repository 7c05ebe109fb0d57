# frozen_string_literal: true

# What every queue of ActiveJob's is to do with flows and tasks: run inside of a Rails application that has the flows of
# {QueueApps}, by the file of each queue. That says what the queue is:
#
#   InAnApplication.queue = a queue: #end_worker(row), #kill_worker(row), #failures -> Array, #try_again, #stop
require File.expand_path("config/environment")
require_relative "../../../support/queue_apps"
require_relative "../../../support/eventually"

module InAnApplication
  FILES = %w[gate reached overlaps tries performed].to_h { |name| [name.to_sym, Rails.root.join("tmp", name)] }

  class << self
    attr_accessor :queue
  end

  # A queue whose workers are processes.
  module Processes
    def end_worker(row) = Process.kill(:TERM, pid_of(row))

    def kill_worker(row) = Process.kill(:KILL, pid_of(row))

    private

    def pid_of(row) = Integer(row.owner.split(":")[1])
  end

  def queue = InAnApplication.queue

  def open_gate(who = "for all") = File.write(FILES[:gate], who)

  # In the middle of a batch, behind at least one that was committed.
  # @param lease [Integer] seconds
  def run_at_gate(lease:)
    run = ActiveRecord::Base.transaction do
      GatedFlow.enqueue_now.tap { |made| ActiveDataFlow::DataFlowRun.where(id: made.id).update_all(lease_seconds: lease) }
    end
    wait_for(run) { |row| FILES[:reached].exist? && row.commits.positive? }
  end

  # One whose time has come, and that has no job.
  def lost_run
    ActiveRecord::Base.transaction do
      GatedFlow.enqueue_later(wait: 3600).tap { |made| ActiveDataFlow::DataFlowRun.where(id: made.id).update_all(dispatch_after: 1.hour.ago) }
    end
  end

  # @return [ActiveDataFlow::DataFlowRun] as it is then
  def wait_for(run)
    row = nil
    expect(eventually { yield(row = ActiveDataFlow::DataFlowRun.find(run.id)) }).to be_truthy, "#{row.attributes}\n#{jobs_log}"
    row
  end

  def wait_until(&) = expect(eventually(&)).to be_truthy, jobs_log

  def jobs_log = File.exist?("log/jobs.log") ? File.read("log/jobs.log") : ""

  def written = ActiveRecord::Base.connection.select_values("SELECT number FROM copies ORDER BY id").map(&:to_i)

  # @return [Integer] how often this job was performed
  def performed(job_id) = FILES[:performed].exist? ? FILES[:performed].readlines(chomp: true).count(job_id) : 0

  # Seconds of the lease of a run whose worker is to be killed, where the queue itself brings the job back: too long to be it.
  def lease_of_killed = 600

  # What has to happen for the run of a killed worker to go on.
  def bring_back(_row) = nil
end

RSpec.configure do |config|
  config.include InAnApplication
  config.before do
    FileUtils.rm_f(InAnApplication::FILES.values)
    ActiveDataFlow::DataFlow.destroy_all
    ActiveRecord::Base.connection.execute("DELETE FROM copies")
    queue
  end
  config.after(:suite) { InAnApplication.queue&.stop }
end

# @param keeps [Boolean] whether the queue has the job of a killed worker done by another
RSpec.shared_examples "a queue" do |processes: true, keeps: true|
  let(:numbers) { (1..60).to_a }

  it "[through] carries a run through, in the job that was enqueued for it" do
    open_gate
    row = wait_for(GatedFlow.enqueue_now, &:success?)
    expect(row).to have_attributes(fence: 1, owner_job_id: row.enqueued_job_id, provider_job_id: processes ? be_present : nil)
    expect(written).to eq(numbers)
    wait_until { performed(row.enqueued_job_id) == 1 }
  end

  it "[overlap] never has two jobs of a flow at work at once" do
    open_gate
    jobs = Array.new(8) { ActiveDataFlow::DataFlowJob.perform_later("gated").job_id }
    wait_until { jobs.all? { |job| performed(job) == 1 } }
    expect(InAnApplication::FILES[:overlaps]).not_to exist
    expect(GatedFlow.runs.map(&:status).uniq).to eq(["success"])
    expect(written).to eq(numbers * GatedFlow.runs.size)
    expect(queue.failures).to eq([])
  end

  it "[TERM] ends with its worker between two batches, and goes on at the cursor" do
    row = run_at_gate(lease: 600)
    open_gate("for who ends")
    queue.end_worker(row)
    done = wait_for(row, &:success?)
    expect(done).to have_attributes(fence: 2, deaths: 0, owner_job_id: row.owner_job_id)
    expect(done.owner).not_to eq(row.owner) if processes
    expect(written).to eq(numbers)
  end

  # No lease ends within this example, where the queue itself brings the job back.
  it "[KILL] #{keeps ? "[kept]" : "[lost]"} goes on when its worker is killed in the middle of a batch, with each row once", if: processes do
    row = run_at_gate(lease: lease_of_killed)
    queue.kill_worker(row)
    bring_back(row)
    wait_for(row) { |now| now.fence == 2 }
    open_gate
    expect(wait_for(row, &:success?)).to have_attributes(fence: 2)
    expect(written).to eq(numbers)
    expect(queue.failures).to eq([])
  end

  it "[retry] waits as retry_on says, and goes on at the cursor" do
    row = wait_for(StubbornFlow.enqueue_now, &:success?)
    tries = InAnApplication::FILES[:tries].readlines.map(&:to_f)
    expect(tries.each_cons(2).map { |one, next_one| next_one - one }).to match([be >= 1, be >= 1])
    expect(written).to eq([1, 2, 3, 4])
    wait_until { performed(row.enqueued_job_id) == 3 }
    expect(queue.failures).to eq([])
  end

  it "[failed] tells the queue of an error that nobody tries again; doing the job again does nothing" do
    row = wait_for(BrokenFlow.enqueue_now, &:failed?)
    wait_until { queue.failures.size == 1 }
    expect(row.data_flow.reload).to have_attributes(status: "failed", last_error: "broken")
    queue.try_again
    wait_until { performed(row.enqueued_job_id) == 2 }
    wait_until { queue.failures.empty? }
    expect(BrokenFlow.runs.map(&:status)).to eq(["failed"])
  end

  it "[deleted] does nothing for a flow whose row was deleted" do
    BrokenFlow.enqueue_later(wait: 3600)
    row = ActiveDataFlow::DataFlow.find_by!(name: "broken")
    job = ActiveDataFlow::DataFlowJob.set(wait: 1).perform_later(row)
    row.destroy!
    wait_until { performed(job.job_id) == 1 }
    expect([queue.failures, BrokenFlow.runs]).to eq([[], []])
  end

  it "[task] carries a task through" do
    task = Noted.later
    wait_until { Noted.find(task.id).completed? }
    expect(Noted.find(task.id).pid == Process.pid).to be(!processes)
    expect(queue.failures).to eq([])
  end
end
