# frozen_string_literal: true

# Run inside of a Rails application whose jobs are SolidQueue's: see solid_queue_ends_spec.rb.
require File.expand_path("config/environment")
require_relative "../../../support/solid_queue"
require_relative "../../../support/eventually"

RSpec.describe "What a worker leaves" do
  before(:context) { @supervisor = SolidQueues::Supervisor.new }
  after(:context) { @supervisor.stop }

  def log = File.read("log/jobs.log")

  it "[exit!] in the middle of a batch goes on in another one, by the same job and before its lease has ended" do
    run = ActiveRecord::Base.transaction do
      LongBatchFlow.enqueue_now.tap { |made| ActiveDataFlow::DataFlowRun.where(id: made.id).update_all(lease_seconds: 600) }
    end
    row = -> { ActiveDataFlow::DataFlowRun.find(run.id) }
    expect(eventually { row.call.commits == 2 }).to be(true), log
    before = row.call
    Process.kill(:TERM, Integer(before.owner.split(":")[1]))
    expect(eventually { row.call.fence == 2 }).to be(true), log
    expect(row.call).to have_attributes(owner_job_id: before.owner_job_id, commits: 2, deaths: 0, status: "in_progress")
    expect(row.call.owner).not_to eq(before.owner)
    File.write("tmp/gate", "")
    expect(eventually { row.call.success? }).to be(true), log
    expect(ActiveRecord::Base.connection.select_values("SELECT number FROM copies ORDER BY id").map(&:to_i)).to eq((1..30).to_a)
    expect(row.call.fence).to eq(2)
  end

  it "[SIGKILL] in the middle of a task's handler goes on in another one, before its lease has ended" do
    task = Killing.later
    expect(eventually { task.reload.completed? }).to be(true), log
    expect(File.readlines("tmp/kills").uniq.size).to eq(2)
    expect(SolidQueue::FailedExecution.count).to eq(0)
  end
end
