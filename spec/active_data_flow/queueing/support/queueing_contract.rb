# frozen_string_literal: true

# Run by ../queueing_spec.rb in processes of its own. At the desk:
# ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/active_data_flow/queueing/support/queueing_contract.rb
require_relative "../../run_store/support/host"
require_relative "../../run_store/support/worker"
require_relative "table_queue"
require_relative "one_row_flow"
require_relative "enqueueing"
require_relative "dispatching"
require_relative "sweeping"
require_relative "groups"
require_relative "chains"
require_relative "parts"
require_relative "started_by_tasks"

# Whoever wants to be told at the end.
class ToldFlow < OneRowFlow
  after_complete { |run| RunDatabase::SinkRow.create!(name: "told of #{run.id}") }
  after_complete { ToldFlow.in_between&.call }
  after_complete { RunDatabase::SinkRow.create!(name: "told as well") }
  after_failure { |run| RunDatabase::SinkRow.create!(name: "told of the failure of #{run.id}") }
end

# Another database.
class Elsewhere < ActiveRecord::Base
  self.abstract_class = true
end

# Of a group, in which three may be at work.
class GroupedFlow < OneRowFlow
  has_attribute :shop, :integer
  group "exports", limit: 3
end

RSpec.shared_context "runs and a queue" do
  include Worker

  include_context "a run database"

  # The store that the sweep finds, and in it the clock that it goes by.
  let(:store) { ActiveDataFlow::RunStore.all.first }
  let(:queue) { TableQueue.new }
  let(:log) { StringIO.new }

  before(:context) { TableQueue.create_table }

  before do
    store.clock.advance(-store.clock.offset)
    TableQueue::Job.delete_all
    Operations.logger = Logger.new(log)
    ActiveDataFlow::Outbox.dispatcher = queue
  end

  after { ActiveDataFlow::Outbox.dispatcher = nil }

  def enqueued(number = 1, flow_name: "order_export", **options)
    store.enqueue(flow_name:, arguments: {"shop" => number}, digest: number.to_s, **options)
  end

  def later(seconds) = store.clock.advance(seconds)

  def sweep
    in_time
    ActiveDataFlow::Sweep.call(now_or_never: true)
  end

  # A fork has pools of its own, and so a store of its own.
  def in_time = ActiveDataFlow::RunStore.all.first.clock.then { |clock| clock.advance(store.clock.offset - clock.offset) }

  # In a process that is gone afterwards, without a word.
  def killed(&)
    RunDatabase.disconnect
    pid = fork do
      yield
    ensure
      exit!
    end
    expect(Process.wait2(pid).last.termsig).to eq(Signal.list["KILL"])
  end

  def die = Process.kill(:KILL, Process.pid)

  # In processes of their own, all at the same time.
  # @return [Array] what each gave
  def in_processes(number)
    RunDatabase.disconnect
    gate, open = IO.pipe
    answers = Array.new(number) do |index|
      in_fork do
        open.close
        gate.read
        yield index
      end
    end
    open.close
    answers.map(&:value)
  end
end

RSpec.describe "Runs on #{RunDatabase::KIND} that wait for a queue" do
  include_context "runs and a queue"

  describe("[enqueue]") { include_examples "runs that are enqueued" }
  describe("[dispatch]") { include_examples "runs that are dispatched" }
  describe("[killed]") { include_examples "dispatchers that are killed" }
  describe("[sweep]") { include_examples "a sweep" }
  describe("[group]") { include_examples "runs of a group" }
  describe("[chain]") { include_examples "chains of flows" }
  describe("[parts]") { include_examples "runs in parts whose processes are killed" }
  describe("[task]") { include_examples "flows that tasks start" }
end
