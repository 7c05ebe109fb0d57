# frozen_string_literal: true

RSpec.describe "many threads", req: %w[O-06 O-22 O-88] do
  before { Operations.logger = Logger.new(IO::NULL) }

  # What the blocks return, each in a thread of its own. A deadlock is a failure, not a suite that never ends.
  def together(*blocks)
    threads = blocks.map { |block| Thread.new(&block) }
    threads.map { |thread| (thread.join(60) || raise("a thread hangs: #{thread.backtrace.first(8).join("\n")}")).value }
  end

  def times(count, &block) = Array.new(count) { |index| -> { block.call(index) } }

  # Is woken three times, counts that on itself and tells `tally`.
  def counting(tally)
    task_class("Counting") do
      has_attribute :wakes, :integer, default: 0
      starts_with :again?
      delay 0
      wait_until :again? do
        condition { tally << id and (self.wakes += 1) == 3 }
        go_to :done
      end
      result :done
    end
  end

  it "start 8 x 2,000 tasks while 4 runners wake them: each wake runs once, and none is lost" do
    tally = Thread::Queue.new
    klass = counting(tally)
    starting = 8
    starters = times(8) { 2_000.times { klass.later } && (starting -= 1) }
    runners = times(4) do
      runner = Operations::Runner.new
      woken = 0
      woken += runner.tick[:woken] until starting.zero? && Operations.storage.sleeping_tasks.empty?
      woken
    end
    woken = together(*starters, *runners).last(4).sum
    expect(woken).to eq(48_000)
    expect(Array.new(tally.size) { tally.pop }.tally.values.tally).to eq(3 => 16_000)
    expect(Operations.storage.each.map { |task| [task.status, task.wakes] }.tally).to eq([:completed, 3] => 16_000)
  end

  it "start, read, change and delete 8 x 200 tasks" do
    answers = together(*times(8) do |thread|
      Array.new(200) do |number|
        task = StoredTasks::Letter.call(text: "#{thread}/#{number}")
        task.stamp!(number)
        StoredTasks::Letter.find(task.id).update!(pages: number)
        number.even? ? Operations.storage.delete(task.id) : task.reload
      end
    end)
    expect(answers.flatten.count(true)).to eq(800)
    kept = Operations.storage.all
    expect(kept.map(&:text)).to match_array((0..7).flat_map { |thread| (1..199).step(2).map { |number| "#{thread}/#{number}" } })
    expect(kept.map { |task| [task.pages, task.stamps] }.uniq).to match_array((1..199).step(2).map { |number| [number, [number]] })
  end

  it "call interactions on one task: they are served one at a time, and none is lost" do
    inside = 0
    klass = task_class("Ledger") do
      has_attribute :sum, :integer, default: 0
      starts_with :open?
      wait_until(:open?) { condition { sum < 0 } and go_to(:closed) }
      interaction(:add!) do |amount|
        raise "two at once" if (inside += 1) > 1

        before = sum
        Thread.pass
        self.sum = before + amount
        inside -= 1
      end
      result :closed
    end
    id = klass.call.id
    together(*times(8) { 25.times { klass.find(id).add!(1) } })
    expect(klass.find(id).sum).to eq(200)
  end

  it "call interactions while runners wake the same tasks" do
    klass = task_class("Busy") do
      has_attribute :added, :integer, default: 0
      has_attribute :looks, :integer, default: 0
      starts_with :full?
      delay 0
      wait_until :full? do
        condition { (self.looks += 1) && added == 20 }
        go_to :done
      end
      interaction(:add!) { self.added += 1 }.when(:full?)
      result :done
    end
    tasks = Array.new(5) { klass.later }
    adding = 4
    adders = times(4) { tasks.each { |task| 5.times { klass.find(task.id).add! } } && (adding -= 1) }
    together(*adders, *times(2) { Operations::Runner.new.tick until adding.zero? })
    Operations::Runner.new.tick
    expect(tasks.map { |task| stored(task) }).to all(have_attributes(status: :completed, added: 20))
  end

  it "run the sub-tasks of many parents: each parent sees all of its own" do
    parents = together(*times(8) { Array.new(25) { StoredTasks::Shipment.call(weights: [1, 2, 3, 4]) } }).flatten
    together(*times(4) { 12.times { Operations::Runner.new.tick } })
    expect(parents.map { |parent| stored(parent).status }.tally).to eq(completed: 200)
    expect(parents.map { |parent| parent.completed_sub_tasks.map(&:weight) }.uniq).to eq([[2, 3, 4, 5]])
    expect(Operations.storage.size).to eq(1_000)
  end

  it "end a parent's last sub-tasks in the moment it looks at them: it is never left asleep" do
    100.times do
      parent = StoredTasks::Shipment.call(weights: [1, 2])
      wakes = parent.sub_tasks.to_a << stored(parent)
      together(*wakes.map { |task| -> { task.wake_up! } })
      expect(Operations.storage.sleeping_tasks.map(&:id)).to eq([parent.id]).or eq([]).and(satisfy { stored(parent).completed? })
      stored(parent).wake_up!
      expect(stored(parent)).to be_completed
    end
  end

  it "declare, run and describe one class at the same time, as the first to use it" do
    klass = task_class("Fresh") do
      has_attribute :name
      action(:start) { self.name = "#{name}!" }.then(:done)
      result :done
    end
    names = together(*times(8) { |index| klass.to_mermaid && klass.call(name: index.to_s).name })
    expect(names).to eq(%w[0! 1! 2! 3! 4! 5! 6! 7!])
  end

  describe "while a block of one sleeps" do
    # The thread that sleeps in `block`, and what another does meanwhile to the same storage and the same class.
    def sleeping_in(gate)
      sleeper = Thread.new { yield }
      sleep 0.001 until gate.num_waiting == 1
      together(-> { use_storage })
      gate << :go
      (sleeper.join(60) || raise("it never came back")).value
    end

    def use_storage
      task = StoredTasks::Letter.call
      task.stamp!(1)
      StoredTasks::Shipment.call(weights: [1]).sub_tasks.each(&:wake_up!)
      Operations.storage.sleeping_tasks
      Operations.storage.all
      Operations.storage.delete_old(before: Time.now)
      task.update!(sent: true) && task.wake_up!
    end

    let(:gate) { Thread::Queue.new }
    let(:klass) do
      gate = self.gate
      task_class("Pausing") do
        has_attribute :where
        starts_with :act
        timeout 60
        on_timeout do
          gate.pop if where == "timeout"
          go_to :done
        end
        action(:act) { gate.pop if where == "action" }.then(:choose)
        decision(:choose) do
          condition { gate.pop if where == "decision" } and go_to(:done)
          condition { true } and go_to(:ready?)
        end
        wait_until(:ready?) { condition { gate.pop if where == "wait" } and go_to(:done) }
        interaction(:speak!) { gate.pop and go_to(:done) }
        result :done
      end
    end

    %w[action decision].each do |where|
      it "(#{where}) the others go on" do
        expect(sleeping_in(gate) { klass.call(where:) }).to have_attributes(where:)
      end
    end

    it "(wait) the others go on" do
      task = klass.call(where: "wait")
      expect(sleeping_in(gate) { task.wake_up! }).to be_completed
    end

    it "(timeout) the others go on" do
      task = klass.call(where: "timeout")
      task.update!(timeout_at: Time.now)
      expect(sleeping_in(gate) { task.wake_up! }).to be_completed
    end

    it "(interaction) the others go on" do
      task = klass.call
      expect(sleeping_in(gate) { task.speak! }).to be_completed
    end

    it "(storage.each) the others go on" do
      2.times { StoredTasks::Letter.call }
      expect(sleeping_in(gate) { Operations.storage.each { break gate.pop } }).to eq(:go)
    end
  end

  it "find the storage unharmed after a block has raised inside any of its calls" do
    2.times { StoredTasks::Letter.call }
    expect { Operations.storage.each { raise IndexError } }.to raise_error(IndexError)
    odd = Class.new(String) { def to_s = raise(IndexError) }
    expect { Operations.storage.find(odd.new("x")) }.to raise_error(IndexError)
    expect { StoredTasks::Letter.call.then { |task| task.stamp!(Object.new) } }.to raise_error(ArgumentError)
    expect(together(-> { Operations.storage.all.size })).to eq([3])
  end
end
