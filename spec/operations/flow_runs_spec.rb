# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"
require_relative "../support/flow_classes"

# Flows that tasks start, without a queue and without a database.
RSpec.describe Operations::FlowRuns, req: "O-38" do
  before do
    ActiveDataFlow::RunStore.reset!
    Operations.logger = Logger.new(IO::NULL)
  end

  after { Operations.logger = nil }

  let!(:copy) do
    spec = self
    flow("CopyFlow") do
      has_attribute :number, :integer
      source { [{id: 1, number:}] }
      sink do |row|
        raise KeyError, "no place" if row[:number] == 13

        spec.written << row[:number]
      end
    end
  end

  def parent(given, &in_handler)
    task_class("Parent") do
      has_attribute :numbers, :json
      action(:start) do
        numbers.each { |number| start CopyFlow, number: }
        instance_exec(&in_handler) if in_handler
      end.then(:copied?)
      wait_until(:copied?) { condition { flow_runs.all?(&:finished?) } and go_to(:done) }
      result :done
    end
    Parent.call(numbers: given)
  end

  it "has the runs in start order, and is counted without them" do
    task = parent([3, 1, 2])
    expect(task.flow_runs).to all(be_a(ActiveDataFlow::Run).and(be_success).and(have_attributes(parent_task_id: task.id)))
    expect(task.flow_runs.map { |run| run.arguments["number"] }).to eq([3, 1, 2])
    expect([task.flow_runs.last, task.flow_runs[0]]).to eq([copy.runs.first, copy.runs.last])
    expect(ActiveDataFlow::Run).not_to receive(:new)
    expect([task.flow_runs.size, task.flow_runs.count, task.flow_runs.any?, task.flow_runs.empty?]).to eq([3, 3, true, false])
  end

  it "carries them over right after the transition is stored, and makes the task due that waits for them" do
    seen = nil
    spec = self
    task = parent([1, 2]) { seen = [flow_runs.map { |run| [run.id, run.status] }, flow_runs.size, spec.written.dup] }
    expect(seen).to eq([[[nil, "pending"], [nil, "pending"]], 2, []])
    expect([written, task.current_state]).to eq([[1, 2], "copied?"])
    expect(Operations::Runner.new.tick[:woken]).to eq(1)
    expect(task.reload.current_state).to eq("done")
  end

  it "gives the run, which has its id and its end when they are there" do
    run = nil
    task_class("Parent") do
      action(:start) { run = start(CopyFlow, number: 4) }.then(:done)
      result :done
    end
    task = Parent.call
    expect(run).to eq(task.flow_runs.first).and be_success
    expect(task.start(CopyFlow, number: 5)).to be_success
    expect(task.flow_runs.size).to eq(2)
  end

  it "has a run that fails, which is no failure of the task's" do
    task = parent([13, 1])
    expect(task.flow_runs.map(&:status)).to eq(%w[failed success])
    expect([task.status, written]).to eq([:waiting, [1]])
  end

  it "starts nothing where the handler fails" do
    expect { parent([1]) { raise KeyError } }.to raise_error(KeyError)
    expect([Parent.all.first.flow_runs.to_a, copy.runs, written]).to eq([[], [], []])
  end

  it "shows in a test what the handler would start, and starts nothing" do
    parent([])
    expect(Parent.test(:start, numbers: [1, 2]).flow_runs.map(&:arguments)).to eq([{"number" => 1}, {"number" => 2}])
    expect(copy.runs).to eq([])
  end

  it "refuses what the flow refuses, in the handler" do
    task_class("Parent") do
      action(:start) { start CopyFlow, nmber: 1 }.then(:done)
      result :done
    end
    expect { Parent.call }.to raise_error(/CopyFlow has no attribute/)
    expect(Parent.all).to contain_exactly(be_failed)
  end

  it "can be started with an interaction, and by a task that is not stored yet" do
    task_class("Asked") do
      starts_with :open?
      wait_until(:open?) { condition { false } and go_to(:done) }
      interaction(:copy!) { |number| start CopyFlow, number: }.when(:open?)
      result :done
    end
    task = Asked.call
    task.copy!(8)
    task.copy!(8)
    expect(task.flow_runs.size).to eq(2)
    unborn = Asked.new
    unborn.start(CopyFlow, number: 9)
    expect([unborn.flow_runs.map(&:id), written]).to eq([[nil], [8, 8]])
    unborn.save!
    expect([unborn.flow_runs.map(&:status), written]).to eq([["success"], [8, 8, 9]])
  end

  it "is told of the end of a run that a person cancels" do
    ActiveDataFlow::Outbox.dispatcher = Class.new { def job_for(_row) = nil }.new
    task = parent([1])
    expect(task.reload.wake_at).to be > Time.now
    task.flow_runs.first.cancel!
    expect(task.reload.wake_at).to be <= Time.now
  ensure
    ActiveDataFlow::Outbox.dispatcher = nil
  end
end
