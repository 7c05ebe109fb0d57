# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require_relative "../../support/doubles"

RSpec.describe Operations::Handlers::ResultHandler, req: "O-54" do
  subject(:handler) { described_class.new("done") }

  it "keeps its name as a Symbol" do
    expect(handler.name).to eq(:done)
    expect(handler.instance_variable_get(:@name)).to eq(:done)
  end

  it "runs at once" do
    expect(handler).to be_immediate
  end

  it "tells any object that has update, with real keywords", req: %w[O-54 X-02] do
    task = double("task")
    expect(task).to receive(:update).with(task_status: "completed", completed_at: kind_of(Time))
    handler.call(task)
  end

  it "gives no more than the two fields" do
    ledger = Doubles::Ledger.new
    handler.call(ledger)
    expect(ledger.fields.keys).to contain_exactly(:task_status, :completed_at)
  end

  it "says the moment of the call, in UTC" do
    ledger = Doubles::Ledger.new
    at(TaskHelpers::NOON) { handler.call(ledger) }
    expect(ledger.fields[:completed_at]).to eq(TaskHelpers::NOON).and be_utc
  end

  it "says a new moment at each call" do
    ledger = Doubles::Ledger.new
    at(TaskHelpers::NOON) { handler.call(ledger) }
    at(TaskHelpers::NOON + 1) { handler.call(ledger) }
    expect(ledger.fields[:completed_at]).to eq(TaskHelpers::NOON + 1)
  end

  it "hands an error of update on" do
    task = double("task")
    allow(task).to receive(:update).and_raise(IOError, "disk is full")
    expect { handler.call(task) }.to raise_error(IOError, "disk is full")
  end

  it "completes a task" do
    task = at(TaskHelpers::NOON) { Samples::Instant.call }
    expect(task).to be_completed
    expect(task.task_status).to eq("completed")
    expect(task.completed_at).to eq(TaskHelpers::NOON)
  end
end
