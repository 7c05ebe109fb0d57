# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Wakes do
  let(:noon) { TaskHelpers::NOON }
  let(:day) { 86_400 }

  before do
    stop_clock(noon)
    Operations.logger = Logger.new(IO::NULL)
  end

  describe "#wake_up!", req: "O-36" do
    it "looks at the conditions, whether the task is due or not" do
      task = Samples::Sleeper.call
      expect(task.wake_at).to be > noon
      expect(task.wake_up!).to equal(task)
      expect(task).to be_waiting
      task.awake = true
      expect(task.wake_up!).to be_completed
    end

    it "takes what was assigned on this copy along, and stores it" do
      task = Samples::Sleeper.call
      task.note = "not saved"
      task.awake = true
      task.wake_up!
      expect(stored(task)).to be_completed.and have_attributes(note: "not saved", awake: true)
    end

    it "keeps what was assigned when the task sleeps on" do
      task = Samples::Sleeper.call
      task.note = "not saved"
      task.wake_up!
      expect(stored(task)).to be_waiting.and have_attributes(note: "not saved")
    end

    it "sleeps for its delay after a look that changed nothing" do
      task = Samples::Sleeper.call
      stop_clock(noon + 500)
      expect(task.wake_up!.wake_at).to eq(noon + 560)
      expect(stored(task).wake_at).to eq(noon + 560)
    end

    it "does nothing to a finished task" do
      done = Samples::Instant.call
      stop_clock(noon + 5)
      expect(done.wake_up!).to equal(done)
      expect(stored(done)).to have_attributes(completed_at: noon, updated_at: noon)
      expect { Samples::Fragile.call }.to raise_error(ArgumentError)
      failed = Samples::Fragile.all.first
      expect(failed.wake_up!).to be_failed
    end

    it "does not run a wake again for a copy that is older than the stored task" do
      task_class("Once") do
        has_attribute :runs, :integer, default: 0
        starts_with :rest
        wait_until(:rest) do
          condition { self.runs += 1 }
          go_to :done
        end
        result :done
      end
      task = Once.later
      stale = stored(task)
      task.wake_up!
      expect(stale.wake_up!).to equal(stale)
      expect(stale).to be_completed
      expect(stored(task).runs).to eq(1)
    end

    it "shows a stale copy what is stored, and drops what was assigned on it, which would overwrite that" do
      task = Samples::Sleeper.call
      stale = stored(task)
      task.note = "theirs"
      task.wake_up!
      stale.awake = true
      stale.wake_up!
      expect(stale).to have_attributes(note: "theirs", awake: false)
      expect(stored(task)).to be_waiting
    end

    it "does nothing while the task is being run elsewhere" do
      entered = Thread::Queue.new
      go_on = Thread::Queue.new
      task_class("Busy") do
        has_attribute :runs, :integer, default: 0
        action(:start) do
          self.runs += 1
          entered << 1
          go_on.pop
        end.then(:done)
        result :done
      end
      task = Busy.later
      copy = stored(task)
      thread = Thread.new { task.wake_up! }
      entered.pop
      expect(copy.wake_up!).to be_active
      expect(stored(task).wake_up!).to be_active
      go_on << 1
      thread.join
      expect(stored(task)).to be_completed.and have_attributes(runs: 1)
    end

    it "does nothing from inside the task's own handler" do
      task_class("Inward") do
        action(:start) { wake_up! }.then(:done)
        result :done
      end
      expect(Inward.call).to be_completed
    end

    it "hands an error of a condition on, and the task has failed" do
      task_class("Broken") do
        has_attribute :word
        starts_with :rest
        wait_until(:rest) do
          condition { word.length > 3 }
          go_to :done
        end
        result :done
      end
      task = Broken.later
      expect { task.wake_up! }.to raise_error(NoMethodError)
      expect(stored(task)).to be_failed & be_in(:rest)
    end

    it "is run once by many threads" do
      runs = Thread::Queue.new
      task_class("Counted") do
        action(:start) { runs << 1 }.then(:done)
        result :done
      end
      start_clock
      ids = Array.new(50) { Counted.later.id }
      Array.new(8) { Thread.new { ids.shuffle.each { |id| Counted.find(id).wake_up! } } }.each(&:join)
      expect(runs.size).to eq(50)
      expect(Counted.all).to all(be_completed)
    end

    it "wakes a task that was never stored" do
      task = Samples::Sleeper.new(status: :waiting, awake: true)
      expect(task.wake_up!).to be_completed
    end
  end

  describe "a timeout without on_timeout", req: %w[O-41 O-56] do
    it "fails the task and raises, once" do
      task = Samples::Sleeper.call
      stop_clock(noon + day)
      expect(task).to be_timeout_expired
      expect { task.wake_up! }.to raise_error(Operations::Timeout, "Timeout expired") { |error| expect(error.task).to equal(task) }
      expect(stored(task)).to be_failed & be_in(:asleep)
      expect(stored(task)).to have_attributes(exception_class: "Operations::Timeout", exception_message: "Timeout expired", failed_at: noon + day)
      expect(stored(task).history.last).to have_attributes(state: "asleep", outcome: "timed out")
      expect(task.wake_up!).to be_failed
      expect(Operations::Runner.new.tick).to include(timed_out: 0)
    end

    it "does not look at the conditions any more after the last look in time: too late is too late" do
      task = Samples::Sleeper.call
      stop_clock(noon + day - 30)
      task.wake_up!
      task.awake = true
      stop_clock(noon + day)
      expect { task.wake_up! }.to raise_error(Operations::Timeout)
    end

    it "comes at timeout_at, and not a microsecond before" do
      task = Samples::Sleeper.call
      stop_clock(noon + day - Rational(1, 1_000_000))
      expect(task).not_to be_timeout_expired
      expect(task.wake_up!).to be_waiting
      stop_clock(noon + day)
      expect { task.wake_up! }.to raise_error(Operations::Timeout)
    end

    it "can be set by hand" do
      task = Samples::Sleeper.call
      task.update!(wake_at: noon - 10, timeout_at: noon - 5)
      expect { stored(task).wake_up! }.to raise_error(Operations::Timeout)
    end

    it "finds a task that would wake only later" do
      task_class("Deep", Samples::Sleeper) do
        delay 10 * 86_400
        timeout 100
      end
      task = Deep.call
      stop_clock(noon + 100)
      expect(Operations::Runner.new.tick).to include(timed_out: 1, woken: 0)
      expect(stored(task)).to be_failed
    end

    it "is about tasks that wait: one whose handler takes long is not timed out" do
      test = self
      task_class("Long") do
        timeout 10
        action(:start) { test.stop_clock(TaskHelpers::NOON + 100) }.then(:done)
        result :done
      end
      expect(Long.call).to be_completed
    end
  end

  describe "an outage over the timeout", req: %w[O-41 O-58 O-66] do
    # Nobody has looked since, whatever was due.
    def overslept(task) = task.tap { stop_clock(noon + 2 * day) }

    def tick = Operations::Runner.new.tick

    it "does not time out a task whose condition has come true meanwhile: the look that was due comes first" do
      task = Samples::Sleeper.call
      task.update!(awake: true)
      overslept(task)
      expect(tick).to include(woken: 1, timed_out: 0, failed: 0)
      expect(stored(task)).to be_completed
    end

    it "times out, in the same round, a task that the look leaves where it is" do
      task = overslept(Samples::Sleeper.call)
      expect(tick).to include(woken: 0, timed_out: 1, failed: 0)
      expect(stored(task)).to be_failed.and have_attributes(exception_class: "Operations::Timeout")
      expect(stored(task).history.map { |entry| [entry.state, entry.outcome] }).to eq([["asleep", "timed out"]])
    end

    it "asks on_timeout after such a look, and what the look has changed is stored with it" do
      task_class("Looking", Samples::Sleeper) do
        on_timeout { go_to :expired }
        wait_until(:asleep) do
          condition { (self.note = "#{note}looked ") && awake }
          go_to :done
        end
        result :expired
      end
      task = overslept(Looking.later)
      expect(task.wake_up!).to be_completed & be_in(:expired)
      expect(stored(task)).to be_in(:expired).and have_attributes(note: "looked ")
      expect(stored(task).history.map { |entry| [entry.state, entry.by] }).to eq([["asleep", "timeout"], ["expired", nil]])
    end

    it "takes the look and the timeout under one claim, whoever else looks" do
      rivals = Thread::Queue.new
      copies = []
      task_class("Raced", Samples::Sleeper) do
        wait_until(:asleep) do
          condition { rivals << Operations::Runner.new.tick and copies.each(&:wake_up!) and awake }
          go_to :done
        end
      end
      task = Raced.later
      copies << stored(task)
      overslept(task)
      expect(tick).to include(woken: 0, timed_out: 1)
      expect(rivals.size).to eq(1)
      expect(rivals.pop).to include(woken: 0, timed_out: 0, failed: 0)
    end

    it "starts the clock again for a task that the look has moved" do
      task_class("Onwards", Samples::Sleeper) do
        wait_until(:asleep) do
          condition { true }
          go_to :second
        end
        wait_until(:second) do
          condition { awake }
          go_to :done
        end
      end
      task = overslept(Onwards.later)
      expect(task.wake_up!).to be_waiting & be_in(:second)
      expect(stored(task)).to have_attributes(timeout_at: noon + 3 * day, wake_at: noon + 2 * day + 60)
    end

    it "leaves a task alone whose look gives it more time" do
      task_class("Patient", Samples::Sleeper) do
        wait_until(:asleep) do
          condition { (self.timeout_at = Time.now + 10) && awake }
          go_to :done
        end
      end
      task = overslept(Patient.later)
      expect(tick).to include(woken: 1, timed_out: 0)
      expect(stored(task)).to be_waiting & be_in(:asleep)
    end

    it "runs a task that was stored for later and never begun" do
      task = overslept(Samples::Fragile.later(broken: false))
      expect(tick).to include(woken: 1, timed_out: 0)
      expect(stored(task)).to be_completed
    end

    it "records an error of the look as what it is" do
      task_class("Broken", Samples::Sleeper) do
        wait_until(:asleep) do
          condition { raise KeyError, "no word" }
          go_to :done
        end
      end
      task = overslept(Broken.later)
      expect(tick).to include(woken: 0, timed_out: 0, failed: 1)
      expect(stored(task)).to have_attributes(exception_class: "KeyError")
    end

    it "gives a handler its one last try, then times the task out" do
      tries = 0
      task_class("Stubborn") do
        retry_on IOError, wait: 60, attempts: :unlimited
        on_timeout { go_to :given_up }
        action(:start) { (tries += 1) && raise(IOError, "closed") }.then(:done)
        result :done
        result :given_up
      end
      task = overslept(Stubborn.call)
      expect(tick).to include(timed_out: 1)
      expect(tries).to eq(2)
      expect(stored(task)).to be_completed & be_in(:given_up)
    end

    it "lets an interaction find the task where the look has brought it" do
      task = Samples::Sleeper.call
      task.update!(awake: true)
      overslept(task)
      expect { task.get_up! }.to raise_error(Operations::InvalidState, /cannot be called in done/)
      expect(stored(task)).to be_completed
    end
  end

  describe "on_timeout", req: %w[O-41 O-47] do
    def limited(&handler)
      task_class("Limited", Samples::Sleeper) do
        timeout 100
        on_timeout(&handler)
        action(:excuse) { self.note = "sorry" }.then(:expired)
        wait_until(:more_time) do
          condition { awake }
          go_to :done
        end
        result :expired
      end
      Limited.call.tap { stop_clock(noon + 100) }
    end

    it "runs in the task, and on to its end in the same wake_up!" do
      task = limited { go_to :excuse }
      expect(task.wake_up!).to be_completed & be_in(:expired)
      expect(stored(task)).to be_in(:expired).and have_attributes(note: "sorry")
      expect(stored(task).history.map { |entry| [entry.state, entry.by] }).to eq([["asleep", "timeout"], ["excuse", nil], ["expired", nil]])
    end

    it "may send it to another wait, with a new timeout" do
      task = limited { go_to :more_time }
      expect(task.wake_up!).to be_waiting & be_in(:more_time)
      expect(stored(task)).to have_attributes(timeout_at: noon + 200, wake_at: noon + 160)
    end

    it "may give it more time where it is" do
      task = limited { self.timeout_at = Time.now + 50 }
      expect(task.wake_up!).to be_waiting & be_in(:asleep)
      expect(stored(task)).to have_attributes(timeout_at: noon + 150)
      stop_clock(noon + 120)
      expect(task.wake_up!).to be_waiting
    end

    it "fails the task with an error that names the state where it asks for that very state", req: "O-40" do
      task = limited { go_to :asleep }
      expect { task.wake_up! }.to raise_error(Operations::Error, /asks in on_timeout for :asleep, the state that has timed out.*self\.timeout_at = /)
      expect(stored(task)).to have_attributes(status: :failed, current_state: "asleep", exception_message: /:asleep/)
    end

    it "may do so where it has given time" do
      task = limited do
        self.timeout_at = Time.now + 50
        go_to :asleep
      end
      expect(task.wake_up!).to be_waiting & be_in(:asleep)
      expect(stored(task)).to have_attributes(timeout_at: noon + 150)
    end

    it "may take the timeout away" do
      task = limited { self.timeout_at = nil }
      task.wake_up!
      stop_clock(noon + 10 * day)
      expect(stored(task).wake_up!).to be_waiting
    end

    it "may complete the task" do
      task = limited { complete }
      expect(task.wake_up!).to be_completed & be_in(:asleep)
      expect(stored(task)).to be_completed
    end

    it "fails the task with Timeout when it does neither, so that it is not called for ever" do
      calls = 0
      task = limited { calls += 1 }
      expect { task.wake_up! }.to raise_error(Operations::Timeout) { |error| expect(error.task).to equal(task) }
      expect(stored(task)).to be_failed
      expect(stored(task).history.last).to have_attributes(outcome: "timed out")
      task.wake_up!
      expect(calls).to eq(1)
    end

    it "fails it too when the new timeout is past already" do
      task = limited { self.timeout_at = Time.now - 1 }
      expect { task.wake_up! }.to raise_error(Operations::Timeout)
    end

    it "fails the task with an error of its own" do
      task = limited { raise KeyError, "no excuse" }
      expect { task.wake_up! }.to raise_error(KeyError, "no excuse")
      expect(stored(task)).to be_failed & be_in(:asleep)
      expect(stored(task)).to have_attributes(exception_class: "KeyError")
    end

    it "fails the task when it sends it to nowhere" do
      task = limited { go_to :nowhere }
      expect { task.wake_up! }.to raise_error(Operations::InvalidState)
      expect(stored(task)).to be_failed & be_in(:asleep)
    end

    it "may start sub-tasks, which are stored with it" do
      task = limited { start(Samples::Sleeper) && go_to(:expired) }
      task.wake_up!
      expect(stored(task).sub_tasks.size).to eq(1)
    end

    it "starts sub-tasks also where it only gives more time, each time anew" do
      task = limited { start(Samples::Sleeper) && (self.timeout_at = Time.now + 50) }
      task.wake_up!
      stop_clock(noon + 150)
      task.wake_up!
      expect(stored(task).sub_tasks.size).to eq(2)
    end

    it "is counted by the runner" do
      task = limited { go_to :expired }
      expect(Operations::Runner.new.tick).to include(timed_out: 1, woken: 0, failed: 0)
      expect(stored(task)).to be_in(:expired)
    end

    it "is called once by many copies" do
      calls = Thread::Queue.new
      task = limited { (calls << 1) && go_to(:expired) }
      copies = Array.new(5) { stored(task) }
      copies.each(&:wake_up!)
      expect(calls.size).to eq(1)
      expect(copies).to all(be_completed)
    end
  end

  describe "#wake_up! on a task that was deleted", req: "O-36" do
    it "says so, as reload does" do
      task, copy = Samples::Sleeper.call.then { |one| [one, stored(one)] }
      task.destroy
      [task, copy].each do |one|
        expect { one.reload }.to raise_error(Operations::Error, /Sleeper\(#{one.id}\) is not stored, so it cannot be reloaded/)
        expect { one.wake_up! }.to raise_error(Operations::Error, /Sleeper\(#{one.id}\) is not stored, so it cannot be woken/)
      end
      expect(Operations.storage.all).to be_empty
    end

    it "is nothing to a runner, and works again when the task was stored again" do
      task_class("Remover") do
        has_attribute :other
        action(:start) { Operations.storage.delete(other) }.then(:done)
        result :done
      end
      late = at(Time.now + 1) { StoredTasks::Parcel.later }
      Remover.later(other: late.id)
      text = at(Time.now + 2) { logged { expect(Operations::Runner.new.tick).to include(woken: 1) } }
      expect(text).not_to include("not stored")
      late.destroy
      copy = StoredTasks::Parcel.later
      copy.destroy
      copy.save!
      expect(copy.wake_up!).to be_completed
    end

    it "is no error where the handler itself deletes the task" do
      task_class("Leaver") { action(:start) { destroy }.then(:done) and result(:done) }
      expect(Leaver.later.wake_up!).not_to be_stored
    end
  end
end
