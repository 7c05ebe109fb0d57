# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::Running do
  describe "the loop", req: "O-34" do
    it "goes through immediate states until one that waits or ends" do
      task = Samples::Approval.call(amount: 10)
      expect(task.history.map(&:state)).to eq(%w[small? pay paid])
    end

    it "fails a task that is sent to a state it does not have, and leaves the state as it was" do
      task_class("Lost") do
        has_attribute :where
        action(:start) { go_to where }
        result :done
      end
      expect { Lost.call(where: "nowhere") }.to raise_error(Operations::InvalidState, /No handler for state: nowhere.*:start, :done/) do |error|
        expect(error.task).to be_failed & be_in(:start)
        expect(stored(error.task)).to be_failed & be_in(:start)
      end
    end

    it "fails a task whose action says no next state" do
      task_class("Aimless") do
        action(:start) {}
        result :done
      end
      expect { Aimless.call }.to raise_error(Operations::InvalidState, /Aimless.*:start.*go_to/) do |error|
        expect(error.task).to be_failed
      end
    end

    it "fails a task that asks for the state it is in, and names it" do
      task_class("Circle") { action(:start) {}.then(:start) }
      expect { Circle.call }.to raise_error(Operations::Error, /Circle.*:start/) { |error| expect(error.task).to be_failed & be_in(:start) }
    end

    it "does so when a block asked for it" do
      task_class("Circle") do
        action(:start) { go_to :start }
        result :done
      end
      expect { Circle.call }.to raise_error(Operations::Error, /Circle asks in :start for :start itself/)
    end

    it "takes a decision that leads to itself for the same mistake" do
      task_class("Circle") do
        has_attribute :again, :boolean, default: true
        decision(:start) do
          condition { again }
          if_true :start
          if_false :done
        end
        result :done
      end
      expect { Circle.call }.to raise_error(Operations::Error, /:start/)
      expect(Circle.call(again: false)).to be_completed
    end

    it "may come back to a state by way of another" do
      task_class("Rounds") do
        has_attribute :count, :integer, default: 0
        action(:start) { self.count += 1 }.then(:enough?)
        decision(:enough?) do
          condition { count >= 250 }
          if_true :done
          if_false :start
        end
        result :done
      end
      task = Rounds.call
      expect(task).to be_completed.and have_attributes(count: 250)
      expect(stored(task)).to be_completed.and have_attributes(count: 250)
    end

    it "lets the last go_to of a block win" do
      task_class("Wavering") do
        action(:start) do
          go_to :first
          go_to :second
        end
        result :first
        result :second
      end
      task = Wavering.call
      expect(task).to be_in(:second)
      expect(task.history.map(&:state)).to eq(%w[start second])
    end

    it "lets a block fall asleep on its way to a wait, and think better of it" do
      task_class("Wavering") do
        action(:start) do
          go_to :asleep
          go_to :done
        end
        wait_until(:asleep) {}
        result :done
      end
      expect(Wavering.call).to be_completed & be_in(:done)
    end

    it "completes a task from anywhere when its block says so" do
      task_class("Short") do
        action(:start) { complete }
        result :done
      end
      task = Short.call
      expect(task).to be_completed & be_in(:start)
      expect(stored(task)).to be_completed
    end
  end

  describe "an error in a handler", req: "O-42" do
    let!(:task) do
      at(TaskHelpers::NOON) { Samples::Fragile.call }
    rescue ArgumentError
      Samples::Fragile.all.first
    end

    it "is recorded with class, message and backtrace, one line a frame" do
      expect(task).to be_failed & be_in(:start)
      expect(task).to have_attributes(exception_class: "ArgumentError", exception_message: "it broke",
        failed_at: TaskHelpers::NOON, completed_at: nil, wake_at: nil, timeout_at: nil,
        delete_at: TaskHelpers::NOON + 90 * 86_400)
      expect(task.exception_backtrace.lines.size).to be > 3
      expect(task.exception_backtrace.lines.first).to include("support/tasks.rb")
    end

    it "is in the history" do
      expect(task.history.last).to have_attributes(state: "start", outcome: "failed", duration: 0.0)
    end

    it "leaves what the handler had assigned" do
      task_class("Partial") do
        has_attribute :note
        action(:start) do
          self.note = "so far"
          raise "stop"
        end.then(:done)
        result :done
      end
      expect { Partial.call }.to raise_error("stop")
      expect(Partial.all.first.note).to eq("so far")
    end

    it "takes the task back to the state whose handler failed, though it had asked for another" do
      task_class("Hasty") do
        action(:start) do
          go_to :done
          raise "stop"
        end
        result :done
      end
      expect { Hasty.call }.to raise_error("stop")
      expect(Hasty.all.first).to be_failed & be_in(:start)
      expect(Hasty.all.first.history.map(&:state)).to eq(%w[start])
    end

    it "fails a task whose handler had completed it before it raised" do
      task_class("Hasty") do
        has_attribute :note
        action(:start) do
          self.note = "so far"
          complete
          raise "stop"
        end
      end
      expect { Hasty.call }.to raise_error("stop")
      expect(Hasty.all.first).to be_failed.and have_attributes(note: "so far", completed_at: nil)
      expect(Hasty.all.first.history.map(&:outcome)).to eq(%w[failed])
    end

    it "does so when the other state was one that waits" do
      task_class("Hasty") do
        action(:start) do
          go_to :asleep
          raise "stop"
        end
        wait_until(:asleep) {}
      end
      expect { Hasty.call }.to raise_error("stop")
      expect(Hasty.all.first).to be_failed & be_in(:start)
    end
  end

  it "hands the error on as it is, of whatever class", req: "O-42" do
    task_class("Various") do
      has_attribute :kind
      action(:start) do
        case kind
        when "syntax" then raise NotImplementedError, "later"
        when "stack" then raise SystemStackError, "deep"
        when "failure" then raise Operations::Failure, "as planned"
        end
      end.then(:done)
      result :done
    end
    expect { Various.call(kind: "syntax") }.to raise_error(NotImplementedError, "later")
    expect { Various.call(kind: "stack") }.to raise_error(SystemStackError, "deep")
    expect { Various.call(kind: "failure") }.to raise_error(Operations::Failure, "as planned") { |error| expect(error.task).to be_failed }
    expect(Various.all).to all(be_failed)
  end

  it "records errors without a message or a backtrace, and with text of any encoding", req: "O-42" do
    bytes = "caf\xE9".b
    task_class("Odd") do
      has_attribute :way, :integer
      action(:start) do
        case way
        when 1 then raise Class.new(StandardError)
        when 2 then raise bytes
        when 3 then raise StandardError.new("bare").tap { |error| error.set_backtrace([]) }
        end
      end.then(:done)
      result :done
    end
    (1..3).each { |way| expect { Odd.call(way:) }.to raise_error(StandardError) }
    expect(Odd.all).to all(be_failed)
    expect(Odd.all.find { |task| task.way == 2 }.exception_message.b).to eq(bytes)
  end

  it "records errors that misbehave themselves", req: "O-42" do
    task_class("Odd") do
      has_attribute :way, :integer
      action(:start) do
        case way
        when 1 then raise(Class.new(StandardError) { def message = raise(KeyError, "none") })
        when 2 then raise Operations::Failure.new("cold").freeze
        when 3 then raise(Class.new(StandardError) { def message = nil })
        end
      end.then(:done)
      result :done
    end
    (1..3).each { |way| expect { Odd.call(way:) }.to raise_error(StandardError) }
    expect(Odd.all).to all(be_failed)
    expect(Odd.all.map(&:exception_message)).to contain_exactly("(its message raised KeyError)", "cold", nil)
  end

  it "sets the task on an error that has one already only where it has none", req: "O-56" do
    inner = nil
    task_class("Outer") do
      action(:start) do
        inner = Samples::Instant.new
        raise Operations::Failure.new("inner", inner)
      end.then(:done)
      result :done
    end
    expect { Outer.call }.to raise_error(Operations::Failure) { |error| expect(error.task).to equal(inner) }
  end

  describe "#record_error!", req: "O-42" do
    it "can be called from outside" do
      task = Samples::Sleeper.call
      expect(task.record_error!(IOError.new("gone"))).to equal(task)
      expect(stored(task)).to be_failed.and have_attributes(exception_class: "IOError", exception_message: "gone", exception_backtrace: nil)
    end
  end

  describe "a process that leaves in the middle" do
    it "leaves the task asleep and due, at its last stored transition" do
      task_class("Interrupted") do
        has_attribute :runs, :integer, default: 0
        action(:start) { self.runs += 1 }.then(:work)
        action(:work) do
          self.runs += 1
          raise Interrupt if runs == 2
        end.then(:done)
        result :done
      end
      expect { Interrupted.call }.to raise_error(Interrupt)
      task = Interrupted.all.first
      expect(task).to be_waiting & be_in(:work)
      expect(task.runs).to eq(1)
      expect(task.wake_at).to be <= Time.now
      task.runs = 5
      expect(task.wake_up!).to be_completed
    end

    it "does so when a thread is killed" do
      entered = Thread::Queue.new
      task_class("Killed") do
        has_attribute :quick, :boolean, default: false
        action(:start) do
          entered << 1
          sleep unless quick
        end.then(:done)
        result :done
      end
      thread = Thread.new { Killed.call }
      entered.pop
      thread.kill.join
      task = Killed.all.first
      expect(task).to be_waiting
      task.quick = true
      expect(task.wake_up!).to be_completed
    end

    it "does so for throw" do
      task_class("Thrown") do
        action(:start) { throw :out }.then(:done)
        result :done
      end
      catch(:out) { Thrown.call }
      expect(Thrown.all).to contain_exactly(be_waiting)
    end
  end

  describe "a task that somebody else changes in the middle of its handler" do
    before do
      Operations.logger = Logger.new(IO::NULL)
      task_class("Disturbed") do
        has_attribute :note
        has_attribute :runs, :integer, default: 0
        has_attribute :fail, :boolean, default: false
        action(:start) {}.then(:work)
        action(:work) do
          self.runs += 1
          Disturbed.find(id).update!(note: "from outside") if note.nil?
          raise KeyError if fail
        end.then(:done)
        result :done
      end
    end

    it "is run again from what is stored: the change is kept, and nothing is left behind" do
      task = Disturbed.call
      expect(stored(task)).to be_waiting & be_in(:work)
      expect(stored(task)).to have_attributes(note: "from outside", runs: 0)
      expect(stored(task).wake_at).to be <= Time.now
      Operations::Runner.new.tick
      expect(stored(task)).to be_completed.and have_attributes(note: "from outside", runs: 1)
    end

    it "is run again too when the handler then raised" do
      task = Disturbed.call(fail: true)
      expect(task).to be_waiting & be_in(:work)
      expect(stored(task)).to be_waiting.and have_attributes(exception_class: nil)
      expect { stored(task).wake_up! }.to raise_error(KeyError)
      expect(stored(task)).to be_failed
    end

    it "ends quietly when it was deleted" do
      task_class("Removed") do
        action(:start) { Operations.storage.delete(id) }.then(:work)
        action(:work) { raise "it runs on" }.then(:done)
        result :done
      end
      expect { Removed.call }.not_to raise_error
      expect(Removed.all).to be_empty
    end
  end

  describe "#retry!" do
    it "runs the handler of a failed task again" do
      expect { Samples::Fragile.call }.to raise_error(ArgumentError)
      task = Samples::Fragile.all.first
      task.broken = false
      expect(task.retry!).to equal(task)
      expect(task).to be_completed
      expect(stored(task)).to be_completed.and have_attributes(exception_class: nil, exception_message: nil, exception_backtrace: nil, failed_at: nil, broken: false)
      expect(task.history.map { |entry| [entry.state, entry.outcome] }).to eq([%w[start retried], %w[start moved], %w[done completed]])
    end

    it "fails again when it fails again" do
      expect { Samples::Fragile.call }.to raise_error(ArgumentError)
      task = Samples::Fragile.all.first
      expect { task.retry! }.to raise_error(ArgumentError, "it broke")
      expect(stored(task)).to be_failed
    end

    it "gives a fresh timeout and takes the deletion back" do
      expect { at(TaskHelpers::NOON) { Samples::Fragile.call } }.to raise_error(ArgumentError)
      task = Samples::Fragile.all.first
      task.broken = false
      seen = nil
      task.define_singleton_method(:go_to) { |state| (seen ||= [timeout_at, delete_at]) && super(state) }
      at(TaskHelpers::NOON + 100 * 86_400) { task.retry! }
      expect(seen).to eq([TaskHelpers::NOON + 101 * 86_400, nil])
    end

    it "runs a wait again that failed in its condition" do
      task_class("Picky") do
        has_attribute :word
        wait_until(:start) do
          condition { word.length > 3 }
          go_to :done
        end
        result :done
      end
      expect { Picky.call }.to raise_error(NoMethodError)
      task = Picky.all.first
      task.word = "long enough"
      expect(task.retry!).to be_completed
    end

    it "goes on with a task that timed out" do
      task = at(TaskHelpers::NOON) { Samples::Sleeper.call }
      at(TaskHelpers::NOON + 2 * 86_400) do
        expect { task.wake_up! }.to raise_error(Operations::Timeout)
        expect(task.retry!).to be_waiting
        expect(task.timeout_at).to eq(TaskHelpers::NOON + 3 * 86_400)
        expect(task.get_up!).to be_completed
      end
    end

    it "is for failed tasks only" do
      [Samples::Instant.call, Samples::Sleeper.call].each do |task|
        expect { task.retry! }.to raise_error(Operations::InvalidState, /only a failed task/) { |error| expect(error.task).to equal(task) }
      end
    end
  end
end
