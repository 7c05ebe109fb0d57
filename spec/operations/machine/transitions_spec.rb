# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Transitions do
  before { stop_clock(TaskHelpers::NOON) }

  let(:noon) { TaskHelpers::NOON }

  describe "#go_to", req: "O-35" do
    before do
      task_class("Junction") do
        delay 300
        timeout 3600
        starts_with :wait
        wait_until(:wait) {}
        wait_until(:other_wait) {}
        action(:work) {}.then(:done)
        result :done
      end
    end

    it "leaves a task waiting, and due, that goes to a state which runs at once, and stores nothing yet" do
      task = Junction.call
      stop_clock(noon + 10)
      task.go_to(:work)
      expect(task).to be_waiting & be_in(:work)
      expect(task).to have_attributes(wake_at: noon + 10, timeout_at: noon + 3610)
      expect(stored(task)).to be_waiting & be_in(:wait)
    end

    it "puts a task to sleep that goes to a state which waits" do
      task = Junction.call
      stop_clock(noon + 10)
      task.go_to("other_wait")
      expect(task).to be_waiting & be_in(:other_wait)
      expect(task).to have_attributes(wake_at: noon + 310, timeout_at: noon + 3610)
    end

    it "means to sleep on when it is the wait that the task is in: the wake moves, the timeout does not" do
      task = Junction.call
      stop_clock(noon + 10)
      task.go_to(:wait)
      expect(task).to be_waiting.and have_attributes(wake_at: noon + 310, timeout_at: noon + 3600)
    end

    it "takes Symbols and Strings, and the state is always a String", req: "O-40" do
      %i[other_wait work].flat_map { |state| [state, state.to_s] }.each do |state|
        task = Junction.call
        task.go_to(state)
        expect(task.current_state).to eq(state.to_s).and be_a(String)
      end
    end

    it "refuses a state that is not there, and leaves the task where it is" do
      task = Junction.call
      expect { task.go_to(:nowhere) }.to raise_error(Operations::InvalidState, /No handler for state: nowhere.*:wait, :other_wait, :work, :done/) do |error|
        expect(error.task).to equal(task)
      end
      expect(task).to be_waiting & be_in(:wait)
    end

    it "refuses nil, and says what to write" do
      expect { Junction.call.go_to(nil) }.to raise_error(Operations::InvalidState, /go_to|then/)
    end

    it "does not move a finished task" do
      task = Junction.call
      task.complete
      %i[work wait other_wait].each do |state|
        expect { task.go_to(state) }.to raise_error(Operations::InvalidState, /completed/) { |error| expect(error.task).to equal(task) }
      end
      expect(task).to be_completed & be_in(:wait)
    end

    it "shows its moments while a burst is on its way" do
      seen = []
      task_class("Burst") do
        timeout 3600
        action(:start) { go_to :second }
        action(:second) { seen << [current_state, task_status, timeout_at, wake_at] }.then(:done)
        result :done
      end
      Burst.call
      expect(seen).to eq([["second", "active", noon + 3600, nil]])
    end
  end

  describe "the timeout", req: %w[O-41 O-46] do
    it "starts anew with each change to another state, and never with a look that changes nothing" do
      task_class("Chain") do
        has_attribute :stage, :integer, default: 0
        starts_with :first
        wait_until(:first) do
          condition { stage > 0 }
          go_to :second
        end
        wait_until(:second) do
          condition { stage > 1 }
          go_to :done
        end
        result :done
      end
      task = Chain.call
      expect(task.timeout_at).to eq(noon + 86_400)
      stop_clock(noon + 80_000)
      expect(task.wake_up!.timeout_at).to eq(noon + 86_400)
      task.stage = 1
      expect(task.wake_up!).to be_in(:second).and have_attributes(timeout_at: noon + 166_400)
      task.stage = 2
      expect(task.wake_up!).to be_completed.and have_attributes(timeout_at: nil)
    end

    it "starts anew with each state of a burst" do
      clock = self
      task_class("Slow") do
        timeout 100
        action(:start) { clock.stop_clock(TaskHelpers::NOON + 5) }.then(:middle)
        action(:middle) { clock.stop_clock(TaskHelpers::NOON + 9) }.then(:rest)
        wait_until(:rest) {}
      end
      task = Slow.call
      expect(task.timeout_at).to eq(noon + 109)
      expect(stored(task).timeout_at).to eq(noon + 109)
      expect(task.history.map(&:at)).to eq([noon, noon + 5, noon + 9])
    end
  end

  describe "#sleep_until_woken", req: "O-36" do
    it "puts the task to sleep where it is, for its delay" do
      task = Samples::Approval.call(amount: 500)
      stop_clock(noon + 1000)
      expect(task.sleep_until_woken).to equal(task)
      expect(task).to be_waiting.and have_attributes(wake_at: noon + 1300, current_state: "approved?")
    end

    it "is also called go_to_sleep!" do
      task = Samples::Approval.call(amount: 500)
      stop_clock(noon + 1000)
      expect(task.go_to_sleep!.wake_at).to eq(noon + 1300)
    end

    it "lets an action put its task to sleep in its own state and run again at the next wake" do
      task_class("Polling") do
        delay 30
        has_attribute :polls, :integer, default: 0
        action(:start) do
          self.polls += 1
          (polls < 3) ? sleep_until_woken : go_to(:done)
        end
        result :done
      end
      task = Polling.call
      expect(task).to be_waiting & be_in(:start)
      expect(task.wake_at).to eq(noon + 30)
      2.times { task.wake_up! }
      expect(task).to be_completed.and have_attributes(polls: 3)
    end

    it "is not for finished tasks" do
      expect { Samples::Instant.call.sleep_until_woken }.to raise_error(Operations::InvalidState)
    end
  end

  describe "#go_to outside of a handler", req: "O-35" do
    it "leaves a waiting task waiting, and due at once in the new state" do
      task = Samples::Approval.call(amount: 500)
      stop_clock(noon + 5)
      task.go_to(:pay)
      expect(task).to be_waiting & be_in(:pay)
      expect(task.wake_at).to eq(noon + 5)
      task.save!
      expect(stored(task)).to be_waiting & be_in(:pay)
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(task)).to be_in(:paid)
      expect(stored(task).history.map(&:state)).to eq(%w[small? approved? pay paid])
    end

    it "lets it sleep in a wait, as ever" do
      task_class("Patient") do
        starts_with :first?
        wait_until(:first?) { condition { false } and go_to(:done) }
        wait_until(:second?) { after(60) and go_to(:done) }
        result :done
      end
      task = Patient.call
      task.go_to(:second?)
      task.save!
      expect(stored(task)).to be_waiting.and have_attributes(current_state: "second?", wake_at: noon + 60)
    end

    it "leaves a new task active, for call" do
      task = Samples::Approval.new(amount: 500)
      task.go_to(:pay)
      expect(task.call).to be_in(:paid)
    end
  end

  describe "#complete", req: "O-36" do
    it "completes the task now; what waits for it is gone" do
      task = Samples::Sleeper.call
      expect(task.complete).to equal(task)
      expect(task).to be_completed.and have_attributes(completed_at: noon, failed_at: nil, wake_at: nil, timeout_at: nil,
        delete_at: noon + 90 * 86_400, current_state: "asleep")
    end

    it "is done once" do
      task = Samples::Instant.call
      stop_clock(noon + 5)
      expect { task.complete }.to raise_error(Operations::InvalidState)
      expect(task.completed_at).to eq(noon)
    end
  end
end
