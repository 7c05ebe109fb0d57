# frozen_string_literal: true

RSpec.describe Operations::Storage::Base, req: "O-13" do
  subject(:storage) { Class.new(described_class).new }

  let(:named) { stub_const("Drawer", Class.new(described_class)).new }
  let(:task) { StoredTasks::Letter.new }

  {
    save: ->(storage, task) { storage.save(task) },
    find: ->(storage, _task) { storage.find("1") },
    sleeping_tasks: ->(storage, _task) { storage.sleeping_tasks },
    sub_tasks_of: ->(storage, task) { storage.sub_tasks_of(task) },
    delete_old: ->(storage, _task) { storage.delete_old(before: Time.now) },
    delete: ->(storage, _task) { storage.delete("1") },
    all: ->(storage, _task) { storage.all }
  }.each do |name, call|
    it "leaves ##{name} to its subclasses, and says whose it is" do
      expect { call.call(named, task) }.to raise_error(NotImplementedError, /Drawer .*##{name}/)
      expect { call.call(described_class.new, task) }.to raise_error(NotImplementedError, /Operations::Storage::Base .*##{name}/)
    end
  end

  it "takes a class for what sleeps and what is old" do
    expect { named.sleeping_tasks(StoredTasks::Letter) }.to raise_error(NotImplementedError)
    expect { named.delete_old(StoredTasks::Letter, before: Time.now) }.to raise_error(NotImplementedError)
    expect { named.delete_old }.to raise_error(ArgumentError, /before/)
  end

  describe "models", req: "O-14" do
    let(:ada) { StoredTasks::USERS.fetch(7) }

    it "are stored as id and type, and found again by their class" do
      data = storage.serialise_model(ada)
      expect(data).to eq(id: 7, type: "StoredTasks::User")
      expect(storage.deserialise_model(data, "StoredTasks::User")).to equal(ada)
    end

    it "are nil when their record is gone" do
      expect(storage.deserialise_model({id: 99, type: "StoredTasks::User"}, "StoredTasks::User")).to be_nil
      expect(storage.deserialise_model(nil, "StoredTasks::User")).to be_nil
    end

    it "need an id" do
      expect { storage.serialise_model(Object.new) }.to raise_error(ArgumentError, /id/)
    end
  end

  describe "its defaults, on five methods only", req: "O-20" do
    subject(:storage) { Storages::JsonText.new }

    before { Operations.storage = storage }

    it "run a claim for one of those who ask" do
      id = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now - 1)).id
      expect([storage.claim(id, Time.now), storage.claim(id, Time.now)]).to eq([true, false])
    end

    it "lose no end of a sub-task, whenever it comes" do
      shipment = StoredTasks::Shipment.call(weights: [1])
      storage.claim(shipment.id, Time.now + 3600)
      storage.find(shipment.id).sub_tasks.first.wake_up!
      Operations.executor.call(storage.find(shipment.id))
      expect(storage.find(shipment.id)).to be_completed
    end

    it "find the sub-tasks of a handler that is repeated after a crash" do
      shipment = storage.save(StoredTasks::Shipment.new(weights: [1, 2]))
      saves = 0
      storage.define_singleton_method(:save) do |task|
        raise NoMemoryError, "the power is gone" if task.is_a?(StoredTasks::Shipment) && (saves += 1) == 1

        super(task)
      end
      expect { shipment.call }.to raise_error(NoMemoryError)
      storage.find(shipment.id).wake_up!
      expect(storage.find(shipment.id).sub_tasks.map(&:weight)).to eq([1, 2])
    end
  end

  it "leaves every ordinary name to the adapter's own methods" do
    Operations.storage = Class.new(Storages::JsonText) do
      private

      %i[due? claimed mark marked signalled abstract moment moment_us insert_task stored restored].each do |name|
        define_method(name) { raise ArgumentError, "#{name} is the adapter's own" }
      end
    end.new
    task = StoredTasks::Letter.later
    expect(Operations.storage.claim(task.id, Time.now)).to be(true)
    shipment = StoredTasks::Shipment.call(weights: [1])
    shipment.sub_tasks.first.wake_up!
    expect(shipment.reload.wake_up!).to be_completed
  end

  it "holds no lock that a third party's own lock could cross", req: "O-06" do
    guarded = Class.new(Storages::JsonText) do
      own = Monitor.new
      %i[save find claim claim_copy signal].each do |name|
        define_method(name) { |*args| own.synchronize { Thread.pass && super(*args) } }
      end
    end
    Operations.storage = guarded.new
    shipments = Array.new(4) { StoredTasks::Shipment.call(weights: [1, 2, 3]) }
    threads = shipments.map { |shipment| Thread.new { shipment.sub_tasks.each(&:wake_up!) } }
    expect(threads.map { |thread| thread.join(30) }).to all(be_a(Thread))
  end
end
