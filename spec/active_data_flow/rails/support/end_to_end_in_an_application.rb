# frozen_string_literal: true

# Run inside of a new application, see end_to_end_spec.rb. bin/jobs is started once, by the first example.
require File.expand_path("config/environment")
require_relative "../../../support/solid_queue"
require_relative "../../../support/eventually"

module EndToEnd
  class << self
    attr_accessor :supervisor
  end

  def said = File.read("log/jobs.log")

  # @return [Object] what the block returned, as soon as that is something
  def wait_for(&block)
    found = nil
    expect(eventually { found = block.call }).to be_truthy, said
    found
  end
end

RSpec.configure do |config|
  config.include EndToEnd
  config.before(:suite) { EndToEnd.supervisor = SolidQueues::Supervisor.new }
  config.after(:suite) { EndToEnd.supervisor.stop }
end

RSpec.describe "An application at work" do
  it "[gem] has everything of the gem from the home into which it was installed" do
    loaded = $LOADED_FEATURES.grep(%r{/lib/(active_data_flow|operations)(/|\.rb\z)})
    expect(loaded.grep(/active_data_flow_native/).size).to eq(1)
    expect(loaded.reject { |path| path.start_with?(File.join(ENV.fetch("GEM_HOME"), "gems/active_data_flow-")) }).to eq([])
  end

  it "[flows] carries over what was enqueued" do
    orders = Array.new(3) { |number| Order.create!(note: "order #{number}") }
    run = OrderExportFlow.enqueue_now
    row = wait_for { ActiveDataFlow::DataFlowRun.find(run.id).then { |found| found if found.success? } }
    expect(row.queue_job.class_name).to eq("ActiveDataFlow::DataFlowJob")
    expect(OrderExport.order(:id).pluck(:id, :note)).to eq(orders.map { |order| [order.id, order.note] })
  end

  it "[flows] carries over what is scheduled, again and again" do
    runs = wait_for { StockFlow.runs.select(&:success?).then { |found| found if found.size > 1 } }
    expect(SolidQueue::RecurringExecution.where(task_key: "data_flow_stock").count).to be > 1
    expect(Stock.pluck(:id, :note)).to eq([[1, "counted"]])
    expect(runs.map { |run| run.counts.values_at(:new, :unchanged) }).to contain_exactly([1, 0], *Array.new(runs.size - 1) { [0, 1] })
  end

  it "[tasks] has a job wake a task that waits" do
    order = Order.create!(note: "asked")
    task = ApproveOrder.later(order:)
    wait_for { SolidQueue::Job.where(class_name: "Operations::WakeTaskJob").where.not(finished_at: nil).exists? }
    expect(ApproveOrder.find(task.id)).to be_waiting
    order.update!(note: "approved")
    wait_for { ApproveOrder.find(task.id).completed? }
    expect(order.reload.note).to eq("thanked")
  end

  # Nothing but the sweep can find it.
  it "[tasks] has the sweep wake a task whose job was lost" do
    adapter, ActiveJob::Base.queue_adapter = ActiveJob::Base.queue_adapter, :test
    task = ApproveOrder.call(order: (order = Order.create!(note: "asked")))
    ActiveJob::Base.queue_adapter = adapter
    expect(task).to be_waiting
    order.update!(note: "approved")
    wait_for { ApproveOrder.find(task.id).completed? }
    expect(SolidQueue::RecurringExecution.where(task_key: "active_data_flow_sweep")).to exist
  end

  it "[flows] leaves no failed job, and nothing to warn of" do
    expect(SolidQueue::FailedExecution.count).to eq(0)
    expect(said).not_to include("active_data_flow: SolidQueue starts, and")
  end
end
