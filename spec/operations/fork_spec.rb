# frozen_string_literal: true

require "operations/executor/async"
require "tmpdir"

RSpec.describe "fork", req: %w[O-88 O-06] do
  before { Operations.logger = Logger.new(IO::NULL) }

  def statuses = Operations.storage.all.map { |task| task.status.to_s }.tally

  it "after load: parent and child both work, and neither sees the other" do
    tasks = Array.new(20) { StoredTasks::Letter.later(sent: true) }
    child = in_fork do
      Operations::Runner.new.tick
      10.times { StoredTasks::Letter.call.stamp!(1) }
      [statuses, tasks.map { |task| task.reload.status }.uniq]
    end
    5.times { StoredTasks::Shipment.call(weights: [1]) }
    expect(child.value).to eq([{"completed" => 20, "waiting" => 10}, [:completed]])
    expect(statuses).to eq("waiting" => 30)
    expect(Operations::Runner.new.tick).to include(woken: 25)
  end

  it "gives new tasks ids of their own in every process" do
    children = Array.new(4) { in_fork { Array.new(50) { StoredTasks::Letter.call.id } } }
    expect((children.flat_map(&:value) + Array.new(50) { StoredTasks::Letter.call.id }).uniq.size).to eq(250)
  end

  it "while other threads are at work in the storage: the child is not locked out" do
    stop = false
    threads = Array.new(4) { Thread.new { StoredTasks::Letter.call.stamp!(1) until stop } }
    children = Array.new(5) { in_fork { StoredTasks::Letter.call.update!(sent: true) && Operations::Runner.new.tick.keys } }
    expect(children.map(&:value).uniq).to eq([%i[woken timed_out failed deleted]])
  ensure
    stop = true
    threads.each { |thread| thread.join(30) }
  end

  it "after Async was used: each process has its own reactor" do
    Operations.executor = executor = Operations::Executor::Async.new
    StoredTasks::Parcel.later
    executor.wait
    child = in_fork do
      task = StoredTasks::Parcel.later
      executor.wait
      [task.reload.status, executor.errors]
    end
    expect(child.value).to eq([:completed, []])
    task = StoredTasks::Parcel.later
    executor.wait
    expect(stored(task)).to be_completed
  ensure
    executor.stop
  end

  it "while Async is at work: what it does belongs to the parent" do
    Operations.executor = executor = Operations::Executor::Async.new
    gate = Thread::Queue.new
    task = task_class("Held") { action(:start) { gate.pop }.then(:done) and result(:done) }.later
    Thread.pass until gate.num_waiting == 1
    child = in_fork { executor.wait.equal?(executor) && executor.stop && StoredTasks::Parcel.later.then { |parcel| executor.wait && parcel.reload.status } }
    expect(child.value).to eq(:completed)
    gate << :go
    executor.wait
    expect(stored(task)).to be_completed
  ensure
    executor.stop
  end

  it "does not hide that a memory is copied: a runner in the child says so", req: "O-67" do
    runner = Operations::Runner.new
    storage = Operations.storage
    child = in_fork { [logged { runner.stop.start }, storage.copied_by_fork?] }
    expect(child.value).to match([/Storage::Memory.*share a storage/, true])
    own = in_fork { Operations.storage = Operations::Storage::Memory.new and logged { runner.stop.start } }
    expect([own.value, storage.copied_by_fork?]).to eq(["", false])
  end

  describe "workers on one storage", req: "O-67" do
    around { |example| Dir.mktmpdir { |folder| (@folder = folder) && example.run } }

    let(:journal) { File.join(@folder, "journal") }
    let(:klass) do
      journal = self.journal
      task_class("Noted") do
        has_attribute :wakes, :integer, default: 0
        starts_with :again?
        delay 0
        wait_until :again? do
          condition do
            File.write(journal, "#{id} #{self.wakes += 1}\n", mode: "a")
            wakes == 3
          end
          go_to :done
        end
        result :done
      end
    end

    it "run each wake once, in whichever of 4 processes" do
      Operations.storage = Storages::SharedFile.new(File.join(@folder, "tasks.json"))
      ids = Array.new(15) { klass.later.id }
      workers = Array.new(4) do
        in_fork do
          runner = Operations::Runner.new
          woken = 0
          woken += runner.tick[:woken] until File.exist?(journal) && File.foreach(journal).count >= 45
          woken
        end
      end
      expect(workers.sum(&:value)).to eq(45)
      expect(File.readlines(journal, chomp: true)).to match_array(ids.product([1, 2, 3]).map { |id, wake| "#{id} #{wake}" })
    end
  end
end
