# frozen_string_literal: true

require "timeout"
require_relative "../support/child_ruby"

# A process or thread that leaves in the middle of a handler records no failure: the task is due again, and goes on from
# its last stored transition.
RSpec.describe "interruption", req: %w[O-34 O-88] do
  let(:begun) { Thread::Queue.new }
  let(:trouble) { [] }
  let(:klass) do
    begun, trouble = self.begun, self.trouble
    task_class("Errand") do
      has_attribute :path, :json, default: []
      has_attribute :hurried, :boolean, default: false
      starts_with :first
      action(:first) { self.path += ["first"] }.then(:second)
      action(:second) do
        self.path += ["second"]
        start StoredTasks::Parcel
        begun << id
        trouble.shift&.call
      end.then(:third)
      action(:third) { self.path += ["third"] }.then(:done)
      wait_until(:patient?) { condition { false } and go_to(:done) }
      interaction(:hurry!) do
        self.hurried = true
        begun << id
        trouble.shift&.call
      end
      result :done
    end
  end

  # The task as it is stored after the trouble: due, in the state whose handler was interrupted, nothing of it kept.
  def expect_due_in_second
    task = Operations.storage.all(klass).first
    expect(task).to have_attributes(status: :waiting, current_state: "second", path: ["first"], exception_class: nil)
    expect(task.wake_at).to be <= Time.now
    expect(task.sub_tasks.size).to eq(0)
    expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
    expect(stored(task)).to have_attributes(status: :completed, path: %w[first second third])
    expect(stored(task).sub_tasks.size).to eq(1)
  end

  it "by a killed thread" do
    trouble << -> { sleep }
    thread = Thread.new { klass.call }
    begun.pop
    thread.kill.join(30)
    expect_due_in_second
  end

  it "by a thread that kills itself" do
    trouble << -> { Thread.exit }
    Thread.new { klass.call }.join(30)
    expect_due_in_second
  end

  {
    "Interrupt" => -> { raise Interrupt },
    "a signal" => -> { raise SignalException, "TERM" },
    "a signal's error of another name" => -> { raise Class.new(Interrupt) }
  }.each do |name, act|
    it "by #{name}, which goes on to whoever runs the program" do
      trouble << act
      expect { klass.call }.to raise_error(Exception) { |error| expect(error).not_to be_a(StandardError) }
      expect_due_in_second
    end
  end

  describe "by an error of the author's code that is no StandardError", req: "O-42" do
    {
      "of a class of his own" => -> { raise Class.new(Exception), "at the works" }, # standard:disable Lint/InheritException
      "of a specification" => -> { expect(1).to eq(2) },
      "of security" => -> { raise SecurityError, "not here" },
      "of memory" => -> { raise NoMemoryError, "too large" }
    }.each do |name, act|
      it "#{name}: it is recorded, and goes on" do
        example = self
        trouble << -> { example.instance_exec(&act) }
        expect { klass.call }.to raise_error(Exception) { |error| expect(error).not_to be_a(StandardError) }
        task = Operations.storage.all(klass).first
        expect(task).to have_attributes(status: :failed, current_state: "second", exception_message: /works|expected: 2|not here|too large/)
        expect(Operations::Runner.new.tick).to include(woken: 0, failed: 0)
      end
    end

    it "is tried again where retry_on says so" do
      boom = stub_const("Boom", Class.new(Exception)) # standard:disable Lint/InheritException
      klass.retry_on boom, wait: 0
      trouble << -> { raise boom }
      task = nil
      expect(logged { task = klass.call }).to match(/Errand.* waits in second to try again: Boom/)
      expect(task).to have_attributes(status: :waiting, current_state: "second", exception_class: nil)
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      expect(Operations.storage.all(klass)).to all(be_completed)
    end
  end

  describe "by exit, which no signal asked for" do
    def expect_failed_in_second(task = Operations.storage.all(klass).first, text: "exit, status 0")
      expect(task).to have_attributes(status: :failed, current_state: "second", path: %w[first second], exception_class: "SystemExit")
      expect(task.exception_message).to start_with("a handler must not end the process").and include(text, "raise Operations::Failure")
      expect(task.exception_backtrace).to include("interruption_spec.rb")
      expect(task.sub_tasks.size).to eq(0)
      expect(Operations::Runner.new.tick).to include(woken: 0, failed: 0)
    end

    it "fails the task, so that it does not end one process after the other, and goes on" do
      trouble << -> { exit }
      expect { klass.call }.to raise_error(SystemExit) { |error| expect(error).to be_success.and have_attributes(message: "exit") }
      expect_failed_in_second
    end

    it "likewise abort in a task that a runner wakes" do
      trouble << -> { abort "no more" }
      klass.later
      expect { expect { Operations::Runner.new.tick }.to raise_error(SystemExit, "no more") }.to output("no more\n").to_stderr
      expect_failed_in_second(text: "no more, status 1")
    end

    it "likewise where the handler had ended the task" do
      task_class("Leaver", klass) { action(:second) { complete && exit }.then(:third) }
      expect { Leaver.call }.to raise_error(SystemExit)
      expect(Leaver.all.first).to be_failed
    end

    it "in another thread is not the task's doing: it is due again" do
      program = <<~RUBY
        require "operations"
        class Errand < Operations::Task
          action(:start) { Thread.new { exit } && sleep }.then(:done)
          result :done
        end
        at_exit { print Errand.all.first.status }
        Errand.call
      RUBY
      expect(child_ruby(program).out).to eq("waiting")
    end

    it "is not hidden by a storage that fails in the same moment" do
      trouble << -> { allow(Operations.storage).to receive(:save).and_raise(IOError) && exit }
      Operations.logger = Logger.new(IO::NULL)
      expect { klass.call }.to raise_error(SystemExit)
    end
  end

  it "after the timeout has passed: the handler still runs again before the task times out", req: "O-41" do
    trouble << lambda {
      stop_clock(Time.now + 86_400)
      raise Interrupt
    }
    stop_clock(TaskHelpers::NOON)
    expect { klass.call }.to raise_error(Interrupt)
    expect_due_in_second
  end

  it "by throw" do
    trouble << -> { throw :out, "thrown" }
    expect(catch(:out) { klass.call }).to eq("thrown")
    expect_due_in_second
  end

  it "by a timeout around it" do
    trouble << -> { sleep }
    expect { Timeout.timeout(0.05) { klass.call } }.to raise_error(Timeout::Error)
    expect_due_in_second
  end

  it "by another thread's raise of an error is an error like any other", req: "O-42" do
    trouble << -> { sleep }
    thread = Thread.new { klass.call }
    thread.report_on_exception = false
    begun.pop
    thread.raise(IOError, "closed")
    expect { thread.join(30) }.to raise_error(IOError)
    expect(Operations.storage.all(klass).first).to have_attributes(status: :failed, exception_class: "IOError", current_state: "second")
  end

  it "in an interaction: the task waits as before, and nothing of the block is kept", req: "O-45" do
    task = klass.call(current_state: :patient?)
    trouble << -> { Thread.exit }
    Thread.new { task.hurry! }.join(30)
    expect(stored(task)).to have_attributes(status: :waiting, current_state: "patient?", hurried: false)
    expect(stored(task).hurry!).to have_attributes(status: :waiting, hurried: true)
  end

  it "is not hidden by a storage that fails in the same moment" do
    trouble << -> { allow(Operations.storage).to receive(:find).and_raise(IOError) && raise(Interrupt) }
    Operations.logger = Logger.new(IO::NULL)
    klass.later
    expect { Operations::Runner.new.tick }.to raise_error(Interrupt)
  end

  it "in an interaction is not hidden either" do
    task = klass.call(current_state: :patient?)
    trouble << -> { allow(Operations.storage).to receive(:save).and_raise(IOError) && raise(Interrupt) }
    Operations.logger = Logger.new(IO::NULL)
    expect { task.hurry! }.to raise_error(Interrupt)
  end

  it "in a runner: it stops with the program, and the others are still due" do
    trouble << -> { raise Interrupt }
    2.times { klass.later }
    expect { Operations::Runner.new.tick }.to raise_error(Interrupt)
    expect(Operations::Runner.new.tick).to include(woken: 2)
    expect(Operations.storage.all(klass)).to all(be_completed)
  end
end
