# frozen_string_literal: true

# Run inside of a Rails application, in its test environment: see ../helpers_spec.rb. What rspec-rails does for
# `use_transactional_fixtures` is done by hand: it is ActiveRecord's own module.
require File.expand_path("config/environment")
require "active_record/fixtures"
require "active_support/testing/time_helpers"
require "active_data_flow/rspec"
require "active_data_flow/active_record"

connection = ActiveRecord::Base.connection
connection.create_table(:orders, force: true) { |t| t.integer(:net) }
connection.create_table(:order_exports, force: true) { |t| t.integer(:net, null: false) }

ActiveDataFlow.prepare_database!
Operations.storage = Operations::Storage::ActiveRecord.new
ActiveJob::Base.queue_adapter = :test

class OrderExportFlow < ActiveDataFlow::Base
  source :orders
  batch_size 2
  on_error :quarantine, budget: 1.0
  sink :order_exports, key: :id
end

class RoundTask < Operations::Task
  has_attribute :ready, :boolean, default: false
  delay 3600
  starts_with :asked?
  wait_until :asked? do
    condition { ready }
    go_to :done
  end
  interaction(:answer!) { self.ready = true }.when(:asked?)
  result :done
end

class OtherJob < ActiveJob::Base
  def perform = raise("it is nobody's business here")
end

module TransactionalFixtures
  def self.included(group)
    group.include ActiveRecord::TestFixtures
    group.use_transactional_tests = true
    group.before { setup_fixtures }
    group.after { teardown_fixtures }
  end

  def name = "example"
end

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.include TransactionalFixtures
  config.include ActiveSupport::Testing::TimeHelpers
end

def rows(table) = ActiveRecord::Base.connection.select_value("SELECT count(*) FROM #{table}").to_i

def orders(*nets) = nets.each_with_index { |net, index| ActiveRecord::Base.connection.execute("INSERT INTO orders (id, net) VALUES (#{index + 1}, #{net || "NULL"})") }

RSpec.describe "[fixtures]" do
  2.times do
    it "take back the rows of a flow, its runs, and what it has put aside" do
      expect([rows(:orders), rows(:order_exports), OrderExportFlow.runs, rows(:active_data_flow_rejects)]).to eq([0, 0, [], 0])
      orders(1, nil, 3, 4, 5)
      run = nil
      expect { run = perform_flow(OrderExportFlow) }.to write_rows(new: 4).and reject_rows(1)
      expect(run).to be_success
      expect([rows(:order_exports), rows(:active_data_flow_rejects)]).to eq([4, 1])
    end

    it "take back a task" do
      expect(RoundTask.all).to eq([])
      task = RoundTask.call
      travel_to_wake(task)
      expect(perform_tasks).to contain_exactly(be_in(:asked?))
      task.answer!
      perform_tasks
      expect(task.reload).to be_completed
    end
  end

  it "take back what a block of the example's own does" do
    orders(1, 2)
    ActiveRecord::Base.transaction do
      perform_flow(OrderExportFlow)
      raise ActiveRecord::Rollback
    end
    expect([rows(:order_exports), OrderExportFlow.runs]).to eq([0, []])
  end

  it "leave a failed run as it is" do
    orders(1, 2, 3)
    failing = stub_const("FailingFlow", Class.new(OrderExportFlow) { transform { |row| raise KeyError, "no luck" if row[:id] == 3 } })
    failing.class_eval { on_error :halt }
    expect(perform_flow(failing)).to have_attributes(status: "failed", error_message: "no luck")
    expect(rows(:order_exports)).to eq(2)
    expect(failing.runs.size).to eq(1)
  end
end

RSpec.describe "[jobs]" do
  it "performs those that wait in the :test adapter, and what no job is there for" do
    orders(1, 2, 3)
    OtherJob.perform_later
    expect { OrderExportFlow.enqueue_now }.to have_enqueued_flow(OrderExportFlow).once
    expect(ActiveJob::Base.queue_adapter.enqueued_jobs.map { |job| job[:job] }).to eq([OtherJob, ActiveDataFlow::DataFlowJob])
    expect { perform_flows }.to write_rows(3)
    expect(OrderExportFlow.runs.map(&:status)).to eq(["success"])
    expect(ActiveJob::Base.queue_adapter.enqueued_jobs.map { |job| job[:job] }).to eq([OtherJob])
  end

  2.times do
    it "leaves none to the next example, whose runs may have the same ids" do
      expect(ActiveJob::Base.queue_adapter.enqueued_jobs.map { |job| job[:job] }).not_to include(ActiveDataFlow::DataFlowJob)
      OrderExportFlow.enqueue_now
    end
  end

  it "is followed by the database's clock where an example travels" do
    orders(1)
    run = OrderExportFlow.enqueue_later(wait: 1.hour)
    travel(30.minutes)
    expect(perform_flows).to eq([])
    travel(31.minutes)
    expect(perform_flows).to eq([run])
    travel_to(Time.utc(2040))
    later = OrderExportFlow.enqueue_later(wait: 1.hour)
    expect([perform_flows, later.reload.status]).to eq([[], "pending"])
    travel_to(Time.utc(2040, 1, 1, 1, 1))
    expect(perform_flows).to eq([later])
  end

  it "leaves a job until its time has come" do
    own = stub_const("ActiveDataFlow::CountJob", Class.new(ActiveDataFlow::ApplicationJob) do
      def self.done = @done ||= []

      def perform(number) = self.class.done << number
    end)
    own.perform_later(1)
    own.set(wait: 1.hour).perform_later(2)
    perform_flows
    expect(own.done).to eq([1])
    travel(2.hours)
    perform_flows
    expect(own.done).to eq([1, 2])
  end
end
