# frozen_string_literal: true

class CopyFlow < OneRowFlow
  has_attribute :number, :integer
end

# Starts flows, waits for them, and counts how often it looks.
class Copying < Operations::Task
  class << self
    attr_accessor :flow, :in_handler
  end

  has_attribute :numbers, :json
  has_attribute :looks, :integer, default: 0
  starts_with :begin
  delay 86_400

  action :begin do
    numbers.each { |number| start Copying.flow, number: }
    Copying.in_handler&.call
  end.then(:copied?)

  wait_until :copied? do
    condition { (self.looks += 1) && flow_runs.all?(&:finished?) }
    go_to :done
  end
  result :done
end

RSpec.shared_examples "flows that tasks start" do
  before do
    Operations.storage = Operations::Storage::ActiveRecord.new
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM operations_tasks") }
    Copying.flow = CopyFlow
    Copying.in_handler = nil
  end

  after { Operations.reset! }

  def copies = CopyFlow.runs.reverse

  def task = Operations::Task.all.last

  def due? = task.wake_at <= Time.now

  def work_off = queue.work_off(ActiveDataFlow::RunStore.all.first)

  it "are runs of the task, made with its transition and dispatched after its commit" do
    outside = []
    Copying.in_handler = -> { outside << copies.size << queue.runs.size }
    task = Copying.call(numbers: [1, 2])
    expect(outside).to eq([0, 0])
    expect(copies.map { |run| [run.parent_task_id, run.arguments, now_of(run).triggered_by] }).to eq(
      [[task.id.to_s, {"number" => 1}, "task:#{task.id}:0/0"], [task.id.to_s, {"number" => 2}, "task:#{task.id}:0/1"]]
    )
    expect(queue.runs).to eq(copies.map(&:id))
    expect(task.flow_runs).to eq(copies)
    expect([task.flow_runs.size, task.flow_runs.any?, task.sub_tasks.size]).to eq([2, true, 0])
  end

  it "are gone with the transaction that the task was called in" do
    ActiveRecord::Base.transaction do
      Copying.call(numbers: [1])
      expect(queue.runs).to eq([])
      raise ActiveRecord::Rollback
    end
    expect([store.runs, queue.runs]).to eq([[], []])
  end

  it "are not there where the handler fails after it has started them" do
    Copying.in_handler = -> { raise KeyError, "no" }
    expect { Copying.call(numbers: [1]) }.to raise_error(KeyError)
    expect([store.runs, queue.runs, task.flow_runs.size]).to eq([[], [], 0])
  end

  it "make the waiting task due with their end, whatever that is" do
    Copying.call(numbers: [1, 2, 3])
    expect(due?).to be(false)
    failing = claimed(copies[1])
    expect(work_off).to eq(%i[done busy done])
    ActiveDataFlow::Engine::Callbacks.deliver(store, now_of(copies[0]))
    expect(due?).to be(true)
    Operations::Runner.new.tick
    expect([task.current_state, task.looks, due?]).to eq(["copied?", 1, false])
    ActiveDataFlow::Engine::Aftermath.new(CopyFlow.new, store, failing, RuntimeError.new("no")).fail
    expect(due?).to be(true)
    expect(sweep[:callbacks]).to eq(1)
    Operations::Runner.new.tick
    expect(task.current_state).to eq("done")
  end

  it "make it due when a person cancels them, whether a worker has them or not" do
    Copying.call(numbers: [1])
    copies.first.cancel!
    expect(due?).to be(true)
    Operations::Runner.new.tick
    expect(task).to be_completed

    Copying.call(numbers: [2])
    claim = claimed(copies.last)
    copies.last.cancel!
    expect(due?).to be(false)
    store.stop(claim.with(stop_requested: "cancel"))
    expect([sweep[:callbacks], due?, sweep[:callbacks]]).to eq([2, true, 0])
  end

  it "are told of by the sweep where their worker was killed between the last commit and that" do
    Copying.call(numbers: [1])
    run = copies.first
    kill_at(:before, /SET signals = signals/) { ActiveDataFlow::Engine::Start.new(CopyFlow.new(number: 1)).resume(now_of(run), ActiveDataFlow::Engine::Context.new) }
    expect([now_of(run).status, now_of(run).callbacks_due, due?]).to eq(["success", 1, false])
    later(31)
    expect([sweep[:callbacks], due?, now_of(run).callbacks_due]).to eq([1, true, 0])
  end

  it "are told of though no class of theirs is there" do
    Copying.call(numbers: [1])
    store.finish(claimed(copies.first))
    RunDatabase::Run.connection_pool.with_connection { |connection| connection.execute("UPDATE active_data_flow_data_flows SET name = 'gone'") }
    expect([sweep[:callbacks], due?]).to eq([0, true])
  end

  it "are not doubled by a handler that is repeated, nor lost, wherever its process was killed" do
    kill_at(:after, /INSERT INTO .?active_data_flow_data_flow_runs/, nth: 2) { Copying.call(numbers: [1, 2]) }
    expect([task.status, store.runs]).to eq([:active, []])
    Operations.storage.clock.advance(61)
    Operations::Runner.new.tick
    expect([task.current_state, copies.size, queue.runs.size]).to eq(["copied?", 2, 2])
  end

  it "are dispatched by the sweep where the process was killed after the commit" do
    killed { ActiveDataFlow::Outbox.dispatcher = TableQueue.new(before: -> { die }) and Copying.call(numbers: [1]) }
    expect([task.current_state, copies.size, queue.runs]).to eq(["copied?", 1, []])
    later(31)
    expect([sweep[:dispatched], work_off]).to eq([1, [:done]])
  end

  it "are the task's own, though the same is to be done for others" do
    other = CopyFlow.enqueue_now(number: 1)
    task = Copying.call(numbers: [1, 1])
    expect([task.flow_runs.size, copies.map(&:parent_task_id)]).to eq([2, [nil, task.id.to_s, task.id.to_s]])
    expect(CopyFlow.enqueue_now(number: 1)).not_to be_nil
    expect(copies.size).to eq(3)
    expect(now_of(other).status).to eq("pending")
  end

  it "can be started by whoever has the task, too" do
    task = Copying.call(numbers: [])
    waiting = Copying.call(numbers: [1])
    run = waiting.start(CopyFlow, number: 7)
    expect([run.id, run.parent_task_id, queue.runs.last]).to eq([copies.last.id, waiting.id.to_s, run.id])
    expect([task.flow_runs.to_a, waiting.flow_runs.size]).to eq([[], 2])
  end

  it "are carried over here and now where there is no queue; what goes wrong is theirs" do
    ActiveDataFlow::Outbox.dispatcher = nil
    task = Copying.call(numbers: [1])
    expect([sink, task.reload.wake_at <= Time.now, task.flow_runs.map(&:status)]).to eq([["a"], true, ["success"]])
    stub_const("BrokenCopyFlow", Class.new(CopyFlow) { transform { raise "no" } })
    Copying.flow = BrokenCopyFlow
    task = Copying.call(numbers: [1])
    expect([task.status, task.flow_runs.map(&:status), task.reload.wake_at <= Time.now]).to eq([:waiting, ["failed"], true])
    expect(log.string).to include("which a task has started, failed: RuntimeError: no")
  ensure
    Operations::Registry.unload(BrokenCopyFlow) if defined?(BrokenCopyFlow)
  end

  context "where the tasks are kept in another database" do
    before do
      Elsewhere.establish_connection(adapter: "sqlite3", database: File.join(RunDatabase.folder, "tasks.sqlite3"))
      ActiveDataFlow::ActiveRecord::Tables.new(ActiveDataFlow::ActiveRecord::Database.new(Elsewhere)).prepare
      Operations.storage = Operations::Storage::ActiveRecord.new(connection_class: Elsewhere)
      Elsewhere.connection_pool.with_connection { |connection| connection.execute("DELETE FROM operations_tasks") }
    end

    after { Elsewhere.remove_connection }

    it "are found again by the handler that is repeated, and their end is told there" do
      kill_at(:before, /UPDATE operations_tasks SET .*history/, nth: 1) { Copying.call(numbers: [1, 2]) }
      expect([task.status, copies.size]).to eq([:active, 2])
      Operations.storage.clock.advance(61)
      Operations::Runner.new.tick
      expect([task.current_state, copies.size, task.flow_runs.size, queue.runs]).to eq(["copied?", 2, 2, copies.map(&:id)])
      copies.each(&:cancel!)
      Operations::Runner.new.tick
      expect(task.current_state).to eq("done")
    end
  end
end
