# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Testing, req: %w[O-39 O-68] do
  before do
    task_class("Greeting") do
      has_attribute :name
      has_attribute :status
      has_attribute :greeted, :boolean, default: false
      validates :name, presence: true
      action(:start) { self.greeted = true }.then(:done)
      decision(:check_status) do
        condition { status == "active" }
        if_true :process_active
        if_false :process_inactive
      end
      action(:process_active) { start Samples::Sleeper }.then(:done)
      action(:process_inactive) { raise Operations::Failure, "inactive" }.then(:done)
      wait_until(:answered?) do
        condition { greeted }
        go_to :done
      end
      decision(:undecided) do
        condition { false }
        go_to :done
      end
      action(:aimless) { go_to :nowhere }
      interaction(:answer!) { self.greeted = true }.when(:answered?)
      result :done
    end
  end

  it "runs the handler of one state, and no other" do
    task = Greeting.test(:start, name: "Alice", status: "x")
    expect(task).to be_in(:done)
    expect(task).to be_active.and have_attributes(greeted: true)
  end

  it "shows where a decision leads, for each of its answers" do
    expect(Greeting.test(:check_status, name: "Alice", status: "active")).to be_in(:process_active)
    expect(Greeting.test(:check_status, name: "Alice", status: "inactive")).to be_in(:process_inactive)
  end

  it "takes the state as a String too" do
    expect(Greeting.test("start", name: "Alice")).to be_in("done")
  end

  it "stores nothing: neither the task nor what it starts" do
    task = Greeting.test(:process_active, name: "Alice")
    expect(task).not_to be_stored
    expect(task.sub_tasks.size).to eq(1)
    expect(task.sub_tasks.first).to be_a(Samples::Sleeper)
    expect(Operations.storage.all).to be_empty
  end

  it "shows a wait that goes on, and one that is over" do
    expect(Greeting.test(:answered?, name: "Alice")).to be_waiting & be_in(:answered?)
    expect(Greeting.test(:answered?, name: "Alice", greeted: true)).to be_in(:done)
  end

  it "shows a result" do
    expect(Greeting.test(:done, name: "Alice")).to be_completed
  end

  it "hands on what a handler raises, with the task", req: "O-56" do
    expect { Greeting.test(:process_inactive, name: "Alice") }.to raise_error(Operations::Failure, "inactive") { |error| expect(error.task).to be_a(Greeting) }
    expect { Greeting.test(:undecided, name: "Alice") }.to raise_error(Operations::NoDecision) { |error| expect(error.task).to be_a(Greeting) }
    expect { Greeting.test(:aimless, name: "Alice") }.to raise_error(Operations::InvalidState, /nowhere/) { |error| expect(error.task).to be_a(Greeting) }
    expect(Operations.storage.all).to be_empty
  end

  it "refuses a state that the class does not have, as V1 did: it is not valid" do
    expect { Greeting.test(:nowhere, name: "Alice") }
      .to raise_error(Operations::ValidationError, /nowhere.*:start, :check_status/) { |error| expect(error.errors[:current_state]).not_to be_empty }
  end

  it "refuses attributes that are not valid" do
    expect { Greeting.test(:start, name: "") }.to raise_error(Operations::ValidationError, /name/i)
    expect { Greeting.test(:start, nam: "x") }.to raise_error(ArgumentError, /:nam/)
  end

  it "tests an interaction by calling it on a task in its state, which is nowhere stored" do
    task = Greeting.test(:answered?, name: "Alice")
    expect(task.answer!).to be_completed
  end

  it "stores nothing either where the handler itself saves, ends or records", req: "O-54" do
    task_class("Saver") do
      has_attribute :note
      action(:saves) { update!(note: "one") && update(note: "two") && save! && save }.then(:done)
      action(:serves) { annotate! }.then(:done)
      action(:records) { record_error!(KeyError.new("gone")) }.then(:done)
      interaction(:annotate!) { self.note = "by hand" }
      starts_with :saves
      result :done
    end
    expect(Saver.test(:saves)).to be_in(:done).and have_attributes(note: "two")
    expect(Saver.test(:serves)).to be_in(:done).and have_attributes(note: "by hand")
    expect { Saver.test(:records) }.to raise_error(Operations::InvalidState, /is failed/)
    expect(Operations.storage.all).to be_empty
    expect(Saver.test(:saves).tap(&:save!)).to eq(Operations.storage.all.first)
  end
end
