# frozen_string_literal: true

RSpec.describe Operations::Runner, req: "O-78" do
  subject(:runner) { described_class.new }

  let(:nothing) { {woken: 0, timed_out: 0, failed: 0, deleted: 0} }

  before { Operations.logger = Logger.new(IO::NULL) }

  # A runner in a thread of its own; it has begun when the block runs.
  def running(runner, **options)
    thread = Thread.new { runner.start(**options) }
    Thread.pass until runner.running? || !thread.alive?
    yield thread
  ensure
    runner.stop
    thread.join(30)
  end

  def due(klass, **fields) = Operations.storage.save(klass.new(status: :waiting, wake_at: Time.now, **fields))

  describe "#tick", req: "O-58" do
    it "returns what it did, in whole numbers" do
      expect(runner.tick).to eq(nothing)
      due(StoredTasks::Parcel)
      due(StoredTasks::Letter)
      due(StoredTasks::Offer, timeout_at: Time.now)
      expect(runner.tick).to eq(nothing.merge(woken: 2, timed_out: 1))
      expect(runner.tick).to eq(nothing)
    end

    it "runs every task that is due, and no other" do
      woken = [due(StoredTasks::Letter, sent: true), due(StoredTasks::Postcard, sent: true)]
      asleep = due(StoredTasks::Letter, sent: true, wake_at: Time.now + 60)
      runner.tick
      expect(woken.map { |task| stored(task).status }).to eq(%i[completed completed])
      expect(stored(asleep)).to be_waiting
    end

    it "is not stopped by a bad task" do
      tasks = [1, 200, 3].map { |weight| due(StoredTasks::Parcel, weight:) }
      text = logged { expect(runner.tick).to eq(nothing.merge(woken: 2, failed: 1)) }
      expect(tasks.map { |task| stored(task).status }).to eq(%i[completed failed completed])
      expect(text).to include(tasks[1].id, "ArgumentError: 201 kg is too much")
    end

    it "is not stopped by errors outside of StandardError that code can raise" do
      [-> { raise NotImplementedError, "later" }, -> { raise SyntaxError, "unexpected end" }, -> { (recurse = -> { recurse.call }).call }].each_with_index do |trouble, index|
        klass = task_class("Trouble#{index}") { action(:start) { trouble.call }.then(:done) and result(:done) }
        klass.later
      end
      good = StoredTasks::Parcel.later
      expect(runner.tick).to eq(nothing.merge(woken: 1, failed: 3))
      expect(stored(good)).to be_completed
    end

    it "is not stopped by errors that are no StandardError, and says so in the log" do
      boom = stub_const("Boom", Class.new(Exception)) # standard:disable Lint/InheritException
      task_class("Trouble") { action(:start) { raise boom, "at the works" }.then(:done) and result(:done) }.later
      good = StoredTasks::Parcel.later
      text = logged { expect(runner.tick).to eq(nothing.merge(woken: 1, failed: 1)) }
      expect(stored(good)).to be_completed
      expect(text).to include("Boom: at the works")
    end

    it "raises a NoMemoryError when the others have had their turn" do
      task_class("Greedy") { action(:start) { raise NoMemoryError, "too large" }.then(:done) and result(:done) }.later
      good = StoredTasks::Parcel.later
      expect { runner.tick }.to raise_error(NoMemoryError, "too large")
      expect(stored(good)).to be_completed
      expect(runner.tick).to eq(nothing)
    end

    it "times out what waited too long: by on_timeout, or as failed", req: "O-41" do
      offer = due(StoredTasks::Offer, timeout_at: Time.now, wake_at: nil)
      reminder = due(StoredTasks::Reminder, timeout_at: Time.now)
      expect(runner.tick).to eq(nothing.merge(timed_out: 2))
      expect(stored(offer)).to have_attributes(status: :completed, current_state: "withdrawn")
      expect(stored(reminder)).to have_attributes(status: :failed, exception_class: "Operations::Timeout",
        exception_message: "Timeout expired", current_state: "answered?")
    end

    it "wakes again only after the delay" do
      letter = due(StoredTasks::Letter)
      runner.tick
      expect(runner.tick).to eq(nothing)
      at(Time.now + 601) { expect(runner.tick).to eq(nothing.merge(woken: 1)) }
      expect(stored(letter).wake_at).to be > Time.now + 1_000
    end

    it "wakes a parent in the round after its sub-tasks ended" do
      shipment = StoredTasks::Shipment.call(weights: [1, 2])
      expect(runner.tick).to include(woken: 2)
      expect(runner.tick).to include(woken: 1)
      expect(stored(shipment)).to be_completed
    end

    it "still works after stop" do
      runner.stop
      due(StoredTasks::Parcel)
      expect(runner.tick).to include(woken: 1)
    end
  end

  describe "cleaning up", req: "O-59" do
    it "deletes old tasks at an interval of its own" do
      runner = described_class.new(wake_interval: 1, cleanup_interval: 600)
      start = Time.now
      at(start) { expect(runner.tick).to eq(nothing) }
      StoredTasks::Parcel.call.update!(delete_at: start)
      due(StoredTasks::Letter, delete_at: start)
      at(start + 599) { expect(runner.tick).to include(deleted: 0) }
      at(start + 600) { expect(runner.tick).to include(deleted: 1) }
      expect(Operations.storage.all.map(&:class)).to eq([StoredTasks::Letter])
      StoredTasks::Parcel.call.update!(delete_at: start)
      at(start + 1199) { expect(runner.tick).to include(deleted: 0) }
      at(start + 1200) { expect(runner.tick).to include(deleted: 1) }
    end

    it "does so in the next round where the storage failed in this one" do
      StoredTasks::Parcel.call.update!(delete_at: Time.now)
      away = true
      allow(Operations.storage).to receive(:delete_old).and_wrap_original { |original, **given| away ? raise(IOError) : original.call(**given) }
      expect { runner.tick }.to raise_error(IOError)
      away = false
      expect(runner.tick).to include(deleted: 1)
    end

    it "does so in its first round" do
      StoredTasks::Parcel.call.update!(delete_at: Time.now)
      expect(runner.tick).to include(deleted: 1)
    end
  end

  describe "intervals", req: "O-57" do
    it "are 30 seconds and an hour" do
      expect(runner).to have_attributes(wake_interval: 30, cleanup_interval: 3600)
    end

    it "are lengths of time" do
      expect(described_class.new(wake_interval: 0.5, cleanup_interval: Rational(1, 2))).to have_attributes(wake_interval: 0.5)
      expect { described_class.new(wake_interval: "soon") }.to raise_error(ArgumentError, /"soon".*wake_interval/)
      expect { described_class.new(cleanup_interval: -1) }.to raise_error(ArgumentError, /cleanup_interval/)
    end
  end

  describe "#start and #stop", req: "O-57" do
    it "runs until it is stopped, at once and not after the interval" do
      running(described_class.new(wake_interval: 86_400)) do |thread|
        expect(thread).to be_alive
        sleep 0.001 until thread.stop?
        expect(thread.join(0)).to be_nil
      end
    end

    it "ends within the second in which another thread says stop" do
      runner = described_class.new(wake_interval: 86_400)
      running(runner) do |thread|
        expect(runner.stop).to equal(runner)
        expect(thread.join(1)&.value).to equal(runner)
        expect(runner).not_to be_running
      end
    end

    it "looks at once, and then at every interval" do
      first = due(StoredTasks::Letter, sent: true)
      running(described_class.new(wake_interval: 0.005)) do
        sleep 0.001 until stored(first).completed?
        second = StoredTasks::Letter.later(sent: true)
        sleep 0.001 until stored(second).completed?
      end
      expect(Operations.storage.all).to all(be_completed)
    end

    it "ends after the task that is being run" do
      begun, gate = Thread::Queue.new, Thread::Queue.new
      slow = task_class("Slow") { action(:start) { begun << id and gate.pop }.then(:done) and result(:done) }
      tasks = [slow.later, slow.later]
      runner = described_class.new
      running(runner) do |thread|
        id = begun.pop
        runner.stop
        gate << :go
        expect(thread.join(30)).to equal(thread)
        expect(tasks.to_h { |task| [task.id, stored(task).status] }).to eq(id => :completed, (tasks.map(&:id) - [id]).first => :waiting)
      end
    end

    it "goes on at the next interval after an error of the storage, and logs it" do
      away = 3
      allow(Operations.storage).to receive(:sleeping_tasks).and_wrap_original do |original, *arguments|
        ((away -= 1) >= 0) ? raise(IOError, "the database is away") : original.call(*arguments)
      end
      task = due(StoredTasks::Parcel)
      text = logged do
        running(described_class.new(wake_interval: 0.005)) { |thread| sleep 0.001 until stored(task).completed? || !thread.alive? }
      end
      expect(stored(task)).to be_completed
      expect(text.scan("the runner goes on in 0.005 seconds after IOError: the database is away").size).to eq(3)
    end

    it "raises such an error where tick is called for one round" do
      allow(Operations.storage).to receive(:sleeping_tasks).and_raise(IOError, "the database is away")
      expect { runner.tick }.to raise_error(IOError)
    end

    it "ends with a signal's error, which is not the storage's" do
      allow(Operations.storage).to receive(:sleeping_tasks).and_raise(Interrupt)
      expect { runner.start }.to raise_error(Interrupt)
      expect(runner).not_to be_running
    end

    it "is not lost when stop comes before start" do
      due(StoredTasks::Parcel)
      expect(Thread.new { runner.stop.start }.join(30)&.value).to equal(runner)
      expect(Operations.storage.all.first).to be_waiting
    end

    it "can be started again" do
      2.times do
        task = due(StoredTasks::Letter, sent: true)
        running(runner) { sleep 0.001 until stored(task).completed? }
        runner.stop
      end
      expect(Operations.storage.all.size).to eq(2)
    end

    it "refuses to run twice at once" do
      running(runner) { expect { runner.start }.to raise_error(Operations::Error, /running already/) }
    end

    it "starts from the class too, as it first did" do
      due(StoredTasks::Letter, sent: true)
      thread = Thread.new { described_class.start(wake_interval: 86_400) }
      sleep 0.001 until Operations.storage.all.all?(&:completed?)
      expect(thread.kill.join(30)).to equal(thread)
    end
  end

  it "wakes each task once when several share a storage", req: "O-66" do
    tasks = Array.new(200) { StoredTasks::Parcel.later }
    runners = Array.new(4) { described_class.new }
    counts = runners.map { |each| Thread.new { each.tick } }.map(&:value)
    expect(counts.sum { |count| count[:woken] }).to eq(200)
    expect(tasks.map { |task| stored(task).weight }.uniq).to eq([2])
  end
end
