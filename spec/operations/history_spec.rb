# frozen_string_literal: true

require "spec_helper"
require_relative "../support/tasks"

RSpec.describe Operations::History do
  let(:noon) { TaskHelpers::NOON }

  before { stop_clock(noon) }

  it "has one entry a stay: state, when, how long, and what came of it" do
    task = Samples::Approval.call(amount: 500)
    stop_clock(noon + 90.5)
    task.refuse!
    expect(stored(task).history.map(&:to_h)).to eq([
      {state: "small?", at: noon, duration: 0.0, outcome: "moved", by: nil},
      {state: "approved?", at: noon, duration: 90.5, outcome: "moved", by: "refuse!"},
      {state: "refused", at: noon + 90.5, duration: 0.0, outcome: "completed", by: nil}
    ])
  end

  it "has no duration and no outcome where the task still is" do
    task = Samples::Approval.call(amount: 500)
    stop_clock(noon + 30)
    expect(task.history.last).to have_attributes(state: "approved?", at: noon, duration: nil, outcome: nil, by: nil)
  end

  it "is one entry for a new task" do
    expect(Samples::Approval.new.history.map(&:state)).to eq(%w[small?])
    expect(Samples::Approval.later.history.map(&:state)).to eq(%w[small?])
  end

  it "does not grow with looks that change nothing" do
    task = Samples::Sleeper.call
    5.times { task.wake_up! }
    expect(task.history.size).to eq(1)
    task.annotate!("x")
    expect(stored(task).history.size).to eq(1)
  end

  it "has its moments in UTC" do
    expect(Samples::Instant.call.history.first.at).to be_utc
  end

  it "is the same on every copy, in the middle of a handler too" do
    seen = nil
    task_class("Observer") do
      action(:start) {}.then(:look)
      action(:look) { seen = history.map { |entry| [entry.state, entry.outcome] } }.then(:done)
      result :done
    end
    task = Observer.call
    expect(seen).to eq([%w[start moved], ["look", nil]])
    expect(stored(task).history).to eq(task.history)
  end

  it "keeps the newest hundred" do
    task_class("Rounds") do
      has_attribute :count, :integer, default: 0
      action(:start) { self.count += 1 }.then(:enough?)
      decision(:enough?) do
        condition { count >= 120 }
        if_true :done
        if_false :start
      end
      result :done
    end
    task = Rounds.call
    expect(task.history.size).to eq(100)
    expect(task.history.last).to have_attributes(state: "done", outcome: "completed")
    expect(stored(task).history).to eq(task.history)
  end

  it "tells how a task failed and was retried" do
    expect { Samples::Fragile.call }.to raise_error(ArgumentError)
    task = Samples::Fragile.all.first
    expect(task.history.map(&:outcome)).to eq(%w[failed])
    stop_clock(noon + 60)
    task.broken = false
    task.retry!
    expect(stored(task).history.map { |entry| [entry.state, entry.at, entry.outcome] })
      .to eq([["start", noon, "retried"], ["start", noon + 60, "moved"], ["done", noon + 60, "completed"]])
  end

  it "cannot be changed through what it gives" do
    task = Samples::Instant.call
    task.history.clear
    expect(task.history.size).to eq(1)
  end
end
