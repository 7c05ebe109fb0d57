# frozen_string_literal: true

require "operations/executor/async"

RSpec.describe Operations::Executor::Async, req: %w[O-26 O-86] do
  it_behaves_like "a task executor"

  subject(:executor) { described_class.new }

  before do
    Operations.executor = executor
    Operations.logger = Logger.new(IO::NULL)
  end

  after { executor.stop }

  # Runs the block, which must not take for ever.
  def soon(&block)
    thread = Thread.new(&block)
    thread.report_on_exception = false
    (thread.join(30) || raise("it hangs")).value
  end

  # A task class whose only action is the block.
  def acting(name = "Acting", &block)
    task_class(name) do
      has_attribute :number, :integer
      action(:start, &block).then(:done)
      result :done
    end
  end

  it "runs what sleeps side by side: all 50 have begun before the first ends" do
    arrived = Thread::Queue.new
    gate = Thread::Queue.new
    klass = acting do
      arrived << number
      gate.pop
    end
    tasks = Array.new(50) { |number| klass.later(number:) }
    begun = soon { Array.new(50) { arrived.pop } }
    expect(begun).to match_array(0..49)
    expect(tasks.map { |task| stored(task).status }.uniq).to eq([:active])
    50.times { gate << :go }
    soon { executor.wait }
    expect(tasks.map { |task| stored(task).status }.uniq).to eq([:completed])
  end

  it "lets sleeps overlap" do
    live, peak = 0, 0
    klass = acting do
      peak = [peak, live += 1].max
      sleep 0.02
      live -= 1
    end
    50.times { klass.later }
    soon { executor.wait }
    expect([live, peak]).to match([0, be > 1])
  end

  it "runs in fibers of one thread, which is not the caller's" do
    seen = Thread::Queue.new
    klass = acting { seen << [Thread.current, Fiber.current, Fiber.current.blocking?] }
    2.times { klass.later }
    soon { executor.wait }
    (one, first, blocking), (other, second) = seen.pop, seen.pop
    expect(one).to equal(other)
    expect(one).not_to equal(Thread.current)
    expect(first).not_to equal(second)
    expect(blocking).to be(false)
  end

  it "starts no thread before it is needed" do
    expect { described_class.new.tap(&:wait).stop }.not_to change { Thread.list.size }
  end

  it "waits for what sub-tasks start in their turn" do
    shipment = StoredTasks::Shipment.call(weights: [1, 2, 3])
    soon { executor.wait }
    expect(shipment.sub_tasks).to all(be_completed)
  end

  it "works in a reactor of the caller's, which goes on meanwhile" do
    turns = 0
    gate = Thread::Queue.new
    klass = acting { gate.pop }
    task = soon do
      Sync do |reactor|
        reactor.async { 3.times { turns += 1 and sleep(0) } && gate << :go }
        klass.later.tap { executor.wait }
      end
    end
    expect([stored(task).status, turns]).to eq([:completed, 3])
  end

  it "collects errors, each recorded on its task, and hands them out once" do
    klass = acting { raise KeyError, "number #{number}" if number.odd? }
    tasks = Array.new(4) { |number| klass.later(number:) }
    soon { executor.wait }
    expect(executor.errors.map(&:message)).to match_array(["number 1", "number 3"])
    expect(executor.errors).to eq([])
    expect(tasks.map { |task| stored(task).status }).to eq(%i[completed failed completed failed])
  end

  it "logs errors with their task, and keeps only the newest when nobody asks" do
    klass = acting { raise KeyError, "number #{number}" }
    text = logged do
      1_010.times { |number| klass.later(number:) }
      soon { executor.wait }
    end
    expect(text).to include("Acting(", "failed: KeyError: number 7")
    expect(executor.errors.size.then { |size| [size, executor.errors.size] }).to eq([1_000, 0])
  end

  it "serves an interaction with the very object that a fiber runs, after the handler", req: "O-45" do
    gate = Thread::Queue.new
    klass = task_class("Diary") do
      has_attribute :lines, :json, default: []
      starts_with :write
      action(:write) { gate.pop && self.lines += ["handler"] }.then(:read?)
      wait_until(:read?) { condition { lines.size == 2 } and go_to(:done) }
      interaction(:add!) { self.lines += ["person"] }.when(:read?)
      result :done
    end
    task = klass.later
    Thread.pass until gate.num_waiting == 1
    person = Thread.new { task.add! }
    person.report_on_exception = false
    Thread.pass until person.stop?
    gate << :go
    soon { person.join && executor.wait }
    expect(stored(task)).to have_attributes(status: :completed, lines: %w[handler person])
  end

  it "refuses to wait for itself" do
    klass = acting { Operations.executor.wait }
    klass.later
    soon { executor.wait }
    expect(executor.errors.first).to be_a(Operations::Error).and have_attributes(message: /wait/)
  end

  it "goes on after it was stopped" do
    expect(soon { StoredTasks::Parcel.later.tap { executor.stop } }).to be_completed
    task = StoredTasks::Parcel.later
    soon { executor.wait }
    expect(stored(task)).to be_completed
    2.times { expect(soon { executor.stop }).to equal(executor) }
  end

  it "leaves what it had not done due when its thread dies, and nobody waits for ever" do
    begun = Thread::Queue.new
    klass = acting { begun << Thread.current and sleep }
    task = klass.later
    thread = soon { begun.pop }
    thread.kill
    soon { executor.wait }
    expect(soon { thread.join && Operations.storage.sleeping_tasks }).to eq([task])
    parcel = StoredTasks::Parcel.later
    soon { executor.wait }
    expect(stored(parcel)).to be_completed
  end

  it "takes tasks from many threads", req: "O-06" do
    tasks = Array.new(8) { Thread.new { Array.new(50) { StoredTasks::Parcel.later } } }.flat_map(&:value)
    soon { executor.wait }
    expect(tasks.map { |task| stored(task).weight }.tally).to eq(2 => 400)
  end

  it "is loaded by its name, and with it the gem", req: %w[O-02 O-05] do
    answer = child_ruby(<<~RUBY)
      require "operations"
      print defined?(Async).inspect
      Operations.executor = Operations::Executor::Async.new
      print Operations.executor.wait.class
    RUBY
    expect(answer.out).to eq("nilOperations::Executor::Async")
    expect(answer.err).to eq("")
  end

  it "says which gem is missing", req: "X-04" do
    answer = child_ruby(<<~RUBY)
      require "operations"
      module Kernel
        alias_method :old_require, :require
        def require(name) = name == "async" ? raise(LoadError, "cannot load such file -- async") : old_require(name)
      end
      begin
        require "operations/executor/async"
      rescue LoadError => error
        print error.message
      end
    RUBY
    expect(answer.out).to include("needs the gem async", %(gem "async"))
  end
end
