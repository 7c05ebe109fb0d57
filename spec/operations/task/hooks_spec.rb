# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe "Methods of a task that an author overrides or a spec spies upon", req: "X-02" do
  it "sees every move through go_to" do
    moves = []
    task_class("Watched", Samples::Approval) do
      define_method(:go_to) { |state| moves << state.to_s and super(state) }
    end
    task = Watched.call(amount: 500)
    task.approver = "Ada"
    task.wake_up!
    expect(moves).to eq(%w[approved? approved? pay paid]).or eq(%w[approved? pay paid])
    expect(task).to be_completed
  end

  it "sees its completion through update" do
    fields = nil
    task_class("Watched", Samples::Approval) do
      define_method(:update) { |**given| (fields = given) and super(**given) }
    end
    expect(Watched.call(amount: 5)).to be_completed
    expect(fields).to match(task_status: "completed", completed_at: kind_of(Time))
  end

  it "lets a spy stand in for go_to" do
    task = Samples::Approval.new(amount: 5)
    allow(task).to receive(:go_to).and_call_original
    task.call
    expect(task).to have_received(:go_to).with(:pay)
    expect(task).to have_received(:go_to).with(:paid)
  end

  it "lets an author wrap wake_up!" do
    woken = 0
    task_class("Watched", Samples::Sleeper) do
      define_method(:wake_up!) { (woken += 1) && super() }
    end
    Watched.call.get_up!
    expect(woken).to eq(1)
  end

  it "lets an author replace a reader that a condition uses" do
    task_class("Cheap", Samples::Approval) { def amount = super / 100 }
    expect(Cheap.call(amount: 500)).to be_completed
  end
end
