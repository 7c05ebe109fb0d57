# frozen_string_literal: true

RSpec.describe Operations::Executor::Inline, req: "O-24" do
  it_behaves_like "a task executor"

  before { Operations.executor = described_class.new }

  it "is what runs tasks when nothing else was said", req: %w[O-03 O-75 O-85] do
    Operations.reset!
    expect(Operations.executor).to be_an_instance_of(described_class)
    expect(Operations::InlineExecutor).to equal(described_class)
  end

  it "runs call to completion" do
    expect(StoredTasks::Parcel.call).to have_attributes(status: :completed, weight: 2)
  end

  it "runs call until the task sleeps, and wake goes on" do
    task = StoredTasks::Letter.call
    expect(task).to be_waiting
    task.sent = true
    expect(task.wake_up!).to be_completed
  end

  it "leaves what is started later waiting, and due" do
    task = StoredTasks::Parcel.later
    expect(task).to have_attributes(status: :waiting, weight: 1, current_state: "weighed")
    expect(stored(task).wake_at).to be <= Time.now
    expect(Operations.storage.sleeping_tasks).to eq([task])
    expect(task.wake_up!).to be_completed
  end

  it "leaves sub-tasks waiting, and due" do
    shipment = StoredTasks::Shipment.call(weights: [1, 2])
    expect(shipment.sub_tasks).to all(be_waiting)
    expect(Operations.storage.sleeping_tasks(StoredTasks::Parcel).size).to eq(2)
  end

  it "runs in the thread that asks" do
    seen = nil
    klass = task_class { action(:start) { seen = Thread.current }.then(:done) and result(:done) }
    klass.call
    expect(seen).to equal(Thread.current)
  end

  it "records an error and raises it, with the task on it where it can carry one", req: "O-25" do
    klass = task_class { action(:start) { raise Operations::Failure, "no" }.then(:done) and result(:done) }
    expect { klass.call }.to raise_error(Operations::Failure, "no") { |error| expect(error.task).to be_failed }
    expect { StoredTasks::Parcel.call(weight: 200) }.to raise_error(ArgumentError)
    expect(Operations.storage.all.map(&:status)).to eq(%i[failed failed])
  end

  describe "with run_later: true" do
    before { Operations.executor = described_class.new(run_later: true) }

    it "runs what is started later at once" do
      expect(StoredTasks::Parcel.later).to have_attributes(status: :completed, weight: 2)
    end

    it "runs sub-tasks at once, and leaves their parent due" do
      shipment = StoredTasks::Shipment.call(weights: [1, 2])
      expect(shipment.sub_tasks).to all(be_completed)
      expect(Operations.storage.sleeping_tasks).to eq([shipment])
    end

    it "records and raises what goes wrong" do
      expect { StoredTasks::Parcel.later(weight: 200) }.to raise_error(ArgumentError)
      expect(Operations.storage.all.map(&:status)).to eq([:failed])
    end
  end
end
