# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"

RSpec.describe Operations::Machine::RetryRule do
  before do
    Operations.logger = Logger.new(IO::NULL)
    stop_clock(TaskHelpers::NOON)
  end

  # A task that raises what it is told, as often as it is told.
  def flaky(name = "Flaky", &rules)
    task_class(name) do
      has_attribute :failures, :integer, default: 1
      has_attribute :error, :string, default: "KeyError"
      has_attribute :runs, :integer, default: 0
      class_eval(&rules)
      action(:start) do
        self.runs += 1
        raise Object.const_get(error), "try #{runs}" if runs <= failures
      end.then(:done)
      result :done
    end
  end

  def moment = Time.now

  # Wakes the task at each moment it asks for, and gives the lengths of its sleeps.
  def sleeps(task, most: 20)
    waits = []
    while task.waiting? && waits.size < most
      waits << task.wake_at - moment
      stop_clock(task.wake_at)
      task.wake_up!
    end
    waits
  end

  describe "waiting for the next try" do
    it "leaves the task asleep in its state, with what the handler had assigned, and raises nothing" do
      flaky { retry_on KeyError, wait: 3, attempts: 5 }
      task = Flaky.call
      expect(task).to be_waiting & be_in(:start)
      expect(task).to have_attributes(wake_at: TaskHelpers::NOON + 3, runs: 1, exception_class: nil)
      expect(stored(task)).to be_waiting & be_in(:start)
      stop_clock(TaskHelpers::NOON + 3)
      expect(task.wake_up!).to be_completed.and have_attributes(runs: 2)
    end

    it "is three seconds when nothing is said, and five runs in all" do
      flaky { retry_on KeyError }
      task = Flaky.call(failures: 4)
      expect(sleeps(task)).to eq([3.0] * 4)
      expect(task).to be_completed.and have_attributes(runs: 5)
    end

    it "grows when it is told to" do
      flaky { retry_on KeyError, wait: :polynomially_longer, attempts: 4, jitter: 0 }
      task = Flaky.call(failures: 3)
      expect(sleeps(task)).to eq([3.0, 18.0, 83.0])
      expect(task).to be_completed
    end

    it "has some jitter when it grows, never less than planned" do
      flaky { retry_on KeyError, wait: :polynomially_longer, attempts: 4 }
      planned = [3.0, 18.0, 83.0]
      sleeps(Flaky.call(failures: 3)).zip(planned).each { |wait, least| expect(wait).to be_between(least, least * 1.15) }
    end

    it "is what a block says, which is given the number of tries" do
      flaky { retry_on KeyError, wait: ->(tries) { tries * 10 }, attempts: 4 }
      expect(sleeps(Flaky.call(failures: 3))).to eq([10.0, 20.0, 30.0])
    end

    it "may be nothing" do
      flaky { retry_on KeyError, wait: 0 }
      task = Flaky.call
      expect(task.wake_at).to eq(TaskHelpers::NOON)
      expect(task.wake_up!).to be_completed
    end

    it "is due for the runner like any other wake" do
      flaky { retry_on KeyError, wait: 3 }
      task = Flaky.call
      stop_clock(TaskHelpers::NOON + 4)
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      expect(stored(task)).to be_completed
    end

    it "is in the history" do
      flaky { retry_on KeyError, wait: 3 }
      task = Flaky.call
      sleeps(task)
      expect(stored(task).history.map { |entry| [entry.state, entry.outcome] })
        .to eq([%w[start retried], %w[start moved], %w[done completed]])
    end
  end

  describe "giving up" do
    it "raises and records the last error when all tries are used" do
      flaky { retry_on KeyError, attempts: 3, wait: 1 }
      task = Flaky.call(failures: 99)
      expect { sleeps(task) }.to raise_error(KeyError, "try 3")
      expect(stored(task)).to be_failed.and have_attributes(exception_message: "try 3", runs: 3)
    end

    it "runs the block instead of raising, with task and error; the task has failed" do
      seen = nil
      flaky { retry_on(KeyError, attempts: 2, wait: 1) { |task, error| seen = [task, task.task_status, error.message] } }
      task = Flaky.call(failures: 99)
      expect { sleeps(task) }.not_to raise_error
      expect(seen).to eq([task, "failed", "try 2"])
      expect(stored(task)).to be_failed
    end

    it "lets that block start a task, change this one, or try again" do
      flaky do
        retry_on(IndexError, attempts: 1) do |task, _error|
          task.failures = 0
          task.retry!
        end
      end
      expect(Flaky.call(error: "KeyError")).to be_completed
      task_class("Helped", Flaky) { retry_on(KeyError, attempts: 1) { |task, _error| task.start(Samples::Sleeper) } }
      task = Helped.call
      expect(task).to be_failed
      expect(stored(task).sub_tasks.size).to eq(1)
    end

    describe "whose block sends the task on" do
      # Fails at once; its block does this.
      def given_up(**options, &block)
        task_class("Given") do
          has_attribute :note
          has_attribute :child_ids, :json, default: []
          starts_with :work
          retry_on(KeyError, attempts: 1, **options, &block)
          action(:work) do
            start Samples::Instant
            self.note = "half"
            raise KeyError, "no luck"
          end.then(:done)
          action(:repair) { self.note += ", repaired" }.then(:done)
          wait_until(:rest) {}
          action(:worse) { raise IOError, "worse" }.then(:done)
          interaction(:put_aside!) { go_to :rest }
          interaction(:leave!) { go_to :done }.when(:rest)
          result :done
        end
      end

      it "goes on from there in the same run, and is stored" do
        seen = nil
        given_up do |task, error|
          seen = [task.task_status, stored(task).task_status]
          task.note = error.message
          task.go_to :repair
        end
        task = Given.call
        expect(seen).to eq(%w[failed active])
        expect(task).to be_completed.and have_attributes(note: "no luck, repaired", exception_class: nil, failed_at: nil)
        expect(stored(task)).to be_completed.and have_attributes(note: "no luck, repaired", exception_message: nil)
        expect(stored(task).history.map { |entry| [entry.state, entry.outcome, entry.by] })
          .to eq([["work", "failed", "retry_on"], ["repair", "moved", nil], ["done", "completed", nil]])
        expect(Samples::Instant.all).to be_empty
      end

      it "may rest there" do
        given_up { |task| task.go_to :rest }
        task = Given.call
        expect(task).to be_waiting & be_in(:rest)
        expect(stored(task).leave!).to be_completed
      end

      it "may be sent on by an interaction, and start sub-tasks that are stored with that" do
        given_up do |task|
          task.put_aside!
          task.start(Samples::Sleeper)
        end
        task = Given.call
        expect(stored(task)).to be_waiting & be_in(:rest)
        expect(task.sub_tasks.to_a).to contain_exactly(be_a(Samples::Sleeper))
      end

      it "fails as ever where that fails, too" do
        given_up { |task| task.go_to :worse }
        expect { Given.call }.to raise_error(IOError, "worse")
        expect(Given.all).to contain_exactly(be_failed & be_in(:worse))
      end

      it "may be caught by another rule there" do
        given_up { |task| task.go_to :worse }
        Given.retry_on(IOError, attempts: 1) { |task| task.go_to :repair }
        expect(Given.call).to be_completed
      end

      it "stays failed, with its first error, when the block raises after that or names a state that is not there" do
        given_up { |task| task.go_to :nowhere }
        expect { Given.call }.to raise_error(Operations::InvalidState, /No handler for state: nowhere/)
        expect(Given.all).to contain_exactly(be_failed.and(have_attributes(exception_message: "no luck")))
      end

      it "does not begin again in the state that failed, which would never end" do
        given_up { |task| task.go_to :work }
        expect { Given.call }.to raise_error(Operations::Error, /asks in :work for :work itself/)
        expect(Given.all).to contain_exactly(be_failed.and(have_attributes(exception_message: "no luck")))
      end

      it "may be destroyed" do
        given_up { |task| task.destroy }
        expect(Given.call).not_to be_stored
        expect(Given.all).to be_empty
      end

      it "is run again when the process leaves before the block has ended" do
        given_up { raise Interrupt }
        expect { Given.call }.to raise_error(Interrupt)
        expect(Given.all).to contain_exactly(be_waiting & be_in(:work))
      end

      it "is nothing its parent hears of" do
        given_up { |task| task.go_to :rest }
        task_class("Parent") do
          delay 3600
          action(:start) { start Given }.then(:failed?)
          wait_until(:failed?) do
            condition { failed_sub_tasks.any? }
            go_to :done
          end
          result :done
        end
        parent = Parent.call
        2.times { Operations::Runner.new.tick }
        expect(parent.sub_tasks.first).to be_in(:rest)
        expect(stored(parent).wake_at).to be > Time.now + 3000
      end
    end

    it "keeps the history short with :unlimited" do
      flaky { retry_on KeyError, attempts: :unlimited, wait: 0 }
      task = Flaky.call(failures: 150)
      sleeps(task, most: 200)
      expect(task).to be_completed
      expect(task.history.size).to eq(100)
      expect(stored(task).history).to eq(task.history)
    end

    it "never does with :unlimited" do
      flaky { retry_on KeyError, attempts: :unlimited, wait: 1 }
      task = Flaky.call(failures: 30)
      expect(sleeps(task, most: 100).size).to eq(30)
      expect(task).to be_completed
    end

    it "is at the first error with attempts: 1" do
      flaky { retry_on KeyError, attempts: 1 }
      expect { Flaky.call }.to raise_error(KeyError)
    end

    it "starts anew for a failed task that is retried by hand" do
      flaky { retry_on KeyError, attempts: 2, wait: 1 }
      task = Flaky.call(failures: 3)
      expect { sleeps(task) }.to raise_error(KeyError, "try 2")
      task.retry!
      expect(task).to be_waiting
      expect(sleeps(task)).to eq([1.0])
      expect(task).to be_completed.and have_attributes(runs: 4)
    end
  end

  it "counts per state" do
    task_class("TwoSteps") do
      retry_on KeyError, attempts: 3, wait: 1
      has_attribute :log, :json, default: []
      action(:start) { note_and_fail("a") }.then(:second)
      action(:second) { note_and_fail("b") }.then(:done)
      result :done

      def note_and_fail(name)
        self.log = log + [name]
        raise KeyError if log.count(name) < 3
      end
    end
    task = TwoSteps.call
    sleeps(task)
    expect(task).to be_completed.and have_attributes(log: %w[a a a b b b])
  end

  it "counts tries that failed one after the other: a look that worked ends the count" do
    task_class("Poll") do
      retry_on KeyError, attempts: 2, wait: 1
      has_attribute :looks, :integer, default: 0
      wait_until(:start) do
        condition do
          self.looks += 1
          raise KeyError if looks.odd? || looks > 20

          false
        end
        go_to :done
      end
      result :done
    end
    task = Poll.call
    19.times { task.wake_up! }
    expect(task).to be_waiting.and have_attributes(looks: 20)
    expect(task.wake_up!).to be_waiting
    expect { task.wake_up! }.to raise_error(KeyError)
  end

  describe "which errors" do
    it "are those named, and what descends from them" do
      flaky { retry_on IndexError, wait: 1 }
      expect(Flaky.call(error: "KeyError")).to be_waiting
      expect { Flaky.call(error: "IOError") }.to raise_error(IOError)
    end

    it "may be several, or names of classes that are not loaded yet" do
      flaky { retry_on IOError, "KeyError", "Net::NeverLoaded", wait: 1 }
      expect(Flaky.call(error: "KeyError")).to be_waiting
      expect(Flaky.call(error: "IOError")).to be_waiting
    end

    it "are asked of the rule declared last first, and of a child's before its parent's" do
      flaky do
        retry_on StandardError, wait: 1
        retry_on KeyError, wait: 2
      end
      expect(Flaky.call(error: "KeyError").wake_at).to eq(TaskHelpers::NOON + 2)
      expect(Flaky.call(error: "IOError").wake_at).to eq(TaskHelpers::NOON + 1)
      task_class("Child", Flaky) { retry_on StandardError, wait: 9 }
      expect(Child.call(error: "KeyError").wake_at).to eq(TaskHelpers::NOON + 9)
    end

    it "may be raised by a condition of a wait" do
      task_class("Poll") do
        retry_on KeyError, wait: 7
        has_attribute :ready, :boolean
        wait_until(:start) do
          condition { ready.nil? ? raise(KeyError) : ready }
          go_to :done
        end
        result :done
      end
      task = Poll.call
      expect(task).to be_waiting.and have_attributes(wake_at: TaskHelpers::NOON + 7)
      task.ready = true
      expect(task.wake_up!).to be_completed
    end

    it "are not those of an interaction, whose caller gets them at once" do
      task_class("Called", Samples::Sleeper) do
        retry_on KeyError
        interaction(:break!) { raise KeyError, "now" }
      end
      task = Called.call
      expect { task.break! }.to raise_error(KeyError, "now")
      expect(stored(task)).to be_waiting.and have_attributes(history: have_attributes(size: 1))
    end
  end

  it "does not store the sub-tasks of a try that failed, and stores those of the one that worked once" do
    task_class("Starter") do
      retry_on KeyError, wait: 1
      has_attribute :runs, :integer, default: 0
      action(:start) do
        self.runs += 1
        start Samples::Sleeper
        raise KeyError if runs < 3
      end.then(:done)
      result :done
    end
    task = Starter.call
    expect(task.sub_tasks.size).to eq(0)
    sleeps(task)
    expect(task).to be_completed
    expect(task.sub_tasks.size).to eq(1)
    expect(Samples::Sleeper.all.size).to eq(1)
  end

  it "does not push the timeout off: retrying is no change of state" do
    flaky do
      timeout 10
      retry_on KeyError, wait: 4, attempts: :unlimited
    end
    task = Flaky.call(failures: 99)
    expect { sleeps(task) }.to raise_error(Operations::Timeout)
    expect(moment).to be >= TaskHelpers::NOON + 10
    expect(stored(task)).to be_failed
  end

  describe "what is refused while the class loads" do
    it "is a rule without an error class" do
      expect { task_class("Bad") { retry_on wait: 3 } }.to raise_error(ArgumentError, /retry_on needs an error class/)
    end

    it "is a number of attempts that is none" do
      [0, -1, 1.5, "3", nil].each do |attempts|
        expect { task_class("Bad") { retry_on KeyError, attempts: } }.to raise_error(ArgumentError, /attempts:.*#{Regexp.escape(attempts.inspect)}/)
      end
    end

    it "is a wait that is none" do
      expect { task_class("Bad") { retry_on KeyError, wait: "3 seconds" } }.to raise_error(ArgumentError, /retry_on wait:/)
      expect { task_class("Bad") { retry_on KeyError, wait: :exponentially } }.to raise_error(ArgumentError, /exponentially/)
    end

    it "is something that is no error class" do
      expect { task_class("Bad") { retry_on 42 } }.to raise_error(ArgumentError, /retry_on.*42/)
    end
  end

  describe "wait: with a Proc" do
    it "hands it the error where it takes two arguments" do
      seen = []
      flaky("ByError") { retry_on KeyError, wait: ->(executions, error) { seen.push(error.message) && executions * 10 } }
      expect(sleeps(ByError.call(failures: 2))).to eq([10, 20])
      expect(seen).to eq(["try 1", "try 2"])
      flaky("ByRest") { retry_on KeyError, wait: ->(executions, *rest) { executions + rest.size } }
      expect(sleeps(ByRest.call(failures: 2))).to eq([2, 3])
    end

    it "hands it the number only where it takes one, or is made of a Symbol" do
      flaky("ByNumber") { retry_on KeyError, wait: ->(executions) { executions * 7 } }
      flaky("BySymbol") { retry_on KeyError, wait: :succ.to_proc }
      expect(sleeps(ByNumber.call(failures: 2))).to eq([7, 14])
      expect(sleeps(BySymbol.call(failures: 2))).to eq([2, 3])
      flaky("ByOptional") { retry_on KeyError, wait: ->(executions = 0) { executions * 5 } }
      expect(sleeps(ByOptional.call(failures: 2))).to eq([5, 10])
    end

    it "refuses one that takes neither" do
      expect { flaky("Odd") { retry_on KeyError, wait: ->(_one, _two, _three) { 1 } } }
        .to raise_error(ArgumentError, /the number of tries, or that and the error/)
    end
  end

  describe "what the job is to be like that tries again" do
    it "changes nothing where there are no jobs" do
      flaky("Slowly") { retry_on KeyError, wait: 5, report: true, queue: :slow, priority: 3 }
      expect(sleeps(Slowly.call(failures: 2))).to eq([5, 5])
    end

    {queue: [7, "queue: is a Symbol or a String, not 7"], priority: ["high", 'priority: is an Integer, not "high"'],
     report: [:yes, "report: is true or false, not :yes"], prority: [1, "there is no option prority:; possible are .*Did you mean :priority"]}.each do |word, (value, said)|
      it "is refused while the class is loaded: #{word}: #{value.inspect}" do
        expect { flaky("Odd") { retry_on KeyError, word => value } }.to raise_error(ArgumentError, /#{said}/)
      end
    end
  end
end
