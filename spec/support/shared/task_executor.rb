# frozen_string_literal: true

# What every executor keeps, with any storage: each word returns the task; what is run is stored; each wake runs once.
#
#   RSpec.describe Operations::Executor::Inline do
#     it_behaves_like "a task executor"
#   end
RSpec.shared_examples "a task executor" do
  let(:executor) { described_class.new }
  let(:storage) { Operations::Storage::Memory.new }

  before do
    Operations.storage = storage
    Operations.executor = executor
    Operations.logger = Logger.new(IO::NULL)
  end

  after { executor.stop if executor.respond_to?(:stop) }

  # Until everything that was handed over has been run, wherever that is.
  def settle = executor.respond_to?(:wait) ? executor.wait : executor

  # What a round says: where tasks run in jobs, how many were enqueued.
  def counted(woken: 0, timed_out: 0, failed: 0)
    in_jobs = executor.respond_to?(:wake_all)
    {woken: in_jobs ? woken + timed_out + failed : woken, timed_out: in_jobs ? 0 : timed_out, failed: in_jobs ? 0 : failed, deleted: 0}
  end

  def due(klass, **fields) = storage.save(klass.new(status: :waiting, wake_at: Time.now, **fields))

  # Wakes until nothing is due any more.
  def run_all
    runner = Operations::Runner.new
    10.times { runner.tick }
  end

  describe "#call", req: %w[O-23 O-77] do
    it "runs a task to its end, here and now, and returns it" do
      task = storage.save(StoredTasks::Parcel.new)
      expect(executor.call(task)).to equal(task)
      expect(task).to be_completed
      expect(stored(task)).to have_attributes(status: :completed, current_state: "accepted", weight: 2)
    end

    it "runs a task until it sleeps" do
      task = storage.save(StoredTasks::Letter.new)
      expect(executor.call(task)).to equal(task)
      expect(stored(task)).to be_waiting
      expect(stored(task).wake_at).to be > Time.now
    end

    it "records an error and raises it", req: "O-25" do
      task = storage.save(StoredTasks::Parcel.new(weight: 200))
      expect { executor.call(task) }.to raise_error(ArgumentError, "201 kg is too much")
      expect(stored(task)).to have_attributes(status: :failed, exception_class: "ArgumentError", current_state: "refused")
      expect(stored(task).failed_at).not_to be_nil
    end
  end

  describe "#later", req: %w[O-23 O-77] do
    it "returns the task, which runs now or when it is next looked for" do
      task = due(StoredTasks::Parcel)
      expect(executor.later(task)).to equal(task)
      settle
      run_all
      expect(stored(task)).to have_attributes(status: :completed, weight: 2)
    end

    it "is what MyTask.later hands its new task to" do
      task = StoredTasks::Parcel.later(weight: 5)
      settle
      run_all
      expect(stored(task)).to have_attributes(status: :completed, weight: 6)
    end
  end

  describe "#wake", req: %w[O-23 O-36 O-77] do
    it "returns the task, and runs it" do
      task = due(StoredTasks::Letter, sent: true)
      expect(executor.wake(task)).to equal(task)
      settle
      expect(stored(task)).to be_completed
    end

    it "takes the unsaved changes of the copy along" do
      task = due(StoredTasks::Letter)
      task.sent = true
      executor.wake(task)
      settle
      expect(stored(task)).to have_attributes(status: :completed, sent: true)
    end

    it "runs a wake once, however many ask for it" do
      task = due(StoredTasks::Parcel)
      copies = Array.new(5) { storage.find(task.id) }
      copies.each { |copy| executor.wake(copy) }
      settle
      expect(stored(task)).to have_attributes(status: :completed, weight: 2)
    end

    it "leaves a finished task alone" do
      task = StoredTasks::Parcel.call
      expect { executor.wake(task) && settle }.not_to change { stored(task).to_h }
    end

    it "times a task out that waited too long", req: "O-41" do
      offer = due(StoredTasks::Offer, timeout_at: Time.now - 1)
      reminder = due(StoredTasks::Reminder, timeout_at: Time.now - 1)
      expect(Operations::Runner.new.tick).to eq(counted(timed_out: 2))
      expect(stored(offer)).to have_attributes(status: :completed, current_state: "withdrawn")
      expect(stored(reminder)).to have_attributes(status: :failed, exception_class: "Operations::Timeout")
    end

    it "takes the look first that nobody took before the timeout", req: "O-41" do
      missed = {wake_at: Time.now - 120, timeout_at: Time.now - 60}
      letter = due(StoredTasks::Letter, sent: true, **missed)
      offer = due(StoredTasks::Offer, **missed)
      reminder = due(StoredTasks::Reminder, **missed)
      expect(Operations::Runner.new.tick).to eq(counted(woken: 1, timed_out: 2))
      expect(stored(letter)).to be_completed
      expect(stored(offer)).to have_attributes(status: :completed, current_state: "withdrawn")
      expect(stored(reminder)).to have_attributes(status: :failed, exception_class: "Operations::Timeout")
    end
  end

  it "runs a parent and the sub-tasks it waits for", req: %w[O-38 O-66] do
    good = StoredTasks::Shipment.call(weights: [1, 2, 3])
    bad = StoredTasks::Shipment.call(weights: [1, 200, 3])
    settle
    run_all
    expect(stored(good)).to have_attributes(status: :completed, current_state: "shipped")
    expect(stored(bad)).to have_attributes(status: :completed, current_state: "broken")
    expect(good.completed_sub_tasks.map(&:weight)).to eq([2, 3, 4])
    expect(bad.failed_sub_tasks.map(&:weight)).to eq([201])
  end

  it "serves interactions, and runs on", req: "O-45" do
    task = StoredTasks::Letter.call
    task.stamp!("red")
    settle
    task.stamp!("blue")
    settle
    expect(stored(task).stamps).to eq(%w[red blue])
    task.post!
    settle
    expect(stored(task)).to be_completed
  end

  it "goes on after an error of one task", req: "O-58" do
    tasks = [1, 200, 3].map { |weight| due(StoredTasks::Parcel, weight:) }
    expect(Operations::Runner.new.tick).to eq(counted(woken: 2, failed: 1))
    expect(tasks.map { |task| stored(task).status }).to eq(%i[completed failed completed])
  end
end
