# frozen_string_literal: true

# What every storage keeps, given its five documented methods.
#
#   RSpec.describe Operations::Storage::Memory do
#     it_behaves_like "a task storage"
#   end
RSpec.shared_examples "a task storage" do
  include_context "stored letters"
  include_examples "a storage that claims"

  describe "#save", req: %w[O-15 O-76] do
    it "returns the task it was given, with an id" do
      task = StoredTasks::Letter.new
      expect(storage.save(task)).to equal(task)
      expect(task.id).not_to be_nil
    end

    it "gives an id once" do
      task = letter
      expect { storage.save(task) }.not_to change(task, :id)
    end

    it "gives each task an id of its own" do
      expect(Array.new(20) { letter.id }.uniq.size).to eq(20)
    end

    it "sets updated_at at every save, and created_at never" do
      task = StoredTasks::Letter.new
      at(TaskHelpers::NOON) { storage.save(task) }
      at(TaskHelpers::NOON + 5) { expect { storage.save(task) }.not_to change(task, :created_at) }
      expect(task.updated_at).to eq(TaskHelpers::NOON + 5)
      expect(storage.find(task.id).updated_at).to eq(TaskHelpers::NOON + 5)
    end
  end

  describe "#find", req: %w[O-07 O-16 O-76] do
    it "returns a task of the class that was saved, another object but equal" do
      task = letter(StoredTasks::Postcard)
      found = storage.find(task.id)
      expect(found).to be_an_instance_of(StoredTasks::Postcard)
      expect(found).to eq(task)
      expect(found).not_to equal(task)
    end

    it "returns nil for what it does not have" do
      letter
      expect(storage.find(SecureRandom.uuid)).to be_nil
      expect(storage.find("nobody")).to be_nil
      expect(storage.find(nil)).to be_nil
    end

    it "has every field as it was saved" do
      author, reader = StoredTasks::USERS.values
      task = letter(text: "grüße \u{1F600}", pages: 2**80, stamps: [1, 2.5, nil, {"a" => [true]}], author:, readers: [reader, author],
        wake_at: future, timeout_at: future + 1, parent_task_id: letter.id)
      expect(storage.find(task.id).to_h).to eq(task.to_h)
    end

    it "has the error of a failed task" do
      task = storage.save(StoredTasks::Parcel.new(weight: 200))
      expect { task.call }.to raise_error(ArgumentError)
      found = storage.find(task.id)
      expect(found).to have_attributes(status: :failed, exception_class: "ArgumentError", exception_message: "201 kg is too much")
      expect(found.exception_backtrace).to eq(task.exception_backtrace).and include("\n")
    end

    it "locates models when they are asked for", req: "O-14" do
      author, reader = StoredTasks::USERS.values
      found = storage.find(letter(author:, readers: [reader, author]).id)
      expect(found).to have_attributes(author:, readers: [reader, author])
    end
  end

  describe "copies", req: %w[O-21 O-76] do
    it "shares nothing with the task that was saved" do
      text, stamps = +"first", [["red"]]
      task = letter(text:, stamps:)
      text << " and more"
      stamps.first << "blue"
      task.stamps.first << "green"
      expect(storage.find(task.id)).to have_attributes(text: "first", stamps: [["red"]])
    end

    it "shares nothing with the task that was found" do
      id = letter(text: "first", stamps: [["red"]]).id
      found = storage.find(id)
      found.stamps.first << "blue"
      found.text = "second"
      expect(storage.find(id)).to have_attributes(text: "first", stamps: [["red"]])
    end

    it "does not mix with another storage" do
      task = letter
      expect(Operations::Storage::Memory.new.find(task.id)).to be_nil
      Operations.storage = other = Operations::Storage::Memory.new
      other.save(task)
      other.delete(task.id)
      expect(storage.find(task.id)).to eq(task)
    end
  end

  describe "#sleeping_tasks", req: %w[O-17 O-76] do
    it "returns waiting tasks whose moment has come, and no others" do
      due = [letter, letter(wake_at: Time.now)]
      letter(wake_at: future)
      storage.save(StoredTasks::Letter.new)
      ended
      ended(status: :failed)
      expect(ids(storage.sleeping_tasks)).to match_array(ids(due))
    end

    it "returns those that waited too long, whenever they would have woken" do
      late = [letter(wake_at: future, timeout_at: past), letter(wake_at: nil, timeout_at: past)]
      letter(wake_at: nil, timeout_at: future)
      letter(wake_at: nil, timeout_at: nil)
      expect(ids(storage.sleeping_tasks)).to match_array(ids(late))
    end

    it "returns only those of a class and below it" do
      postcard = letter(StoredTasks::Postcard)
      letters = [letter, postcard]
      storage.save(StoredTasks::Parcel.new(status: :waiting, wake_at: past))
      expect(ids(storage.sleeping_tasks(StoredTasks::Letter))).to match_array(ids(letters))
      expect(ids(storage.sleeping_tasks(StoredTasks::Postcard))).to eq([postcard.id])
      expect(storage.sleeping_tasks(StoredTasks::Offer)).to eq([])
    end
  end

  describe "#sub_tasks_of", req: %w[O-18 O-38 O-76] do
    it "returns the children only, in the order in which they were started" do
      shipment = StoredTasks::Shipment.call(weights: [5, 6, 7])
      StoredTasks::Shipment.call(weights: [1])
      expect(storage.sub_tasks_of(shipment).map(&:weight)).to eq([5, 6, 7])
      expect(storage.sub_tasks_of(shipment)).to all(be_waiting)
      expect(storage.sub_tasks_of(letter)).to eq([])
    end
  end

  describe "#delete_old", req: %w[O-19 O-76] do
    it "deletes finished tasks whose time has come, and says how many" do
      old = [ended, ended(status: :failed), ended(delete_at: past)]
      young = ended(delete_at: future)
      expect(storage.delete_old(before: Time.now)).to eq(3)
      expect(old.map { |task| storage.find(task.id) }).to all(be_nil)
      expect(storage.find(young.id)).to eq(young)
      expect(storage.delete_old(before: Time.now)).to eq(0)
    end

    it "deletes up to and with the moment given" do
      ended(delete_at: TaskHelpers::NOON)
      expect(storage.delete_old(before: TaskHelpers::NOON - Rational(1, 1_000_000))).to eq(0)
      expect(storage.delete_old(before: TaskHelpers::NOON)).to eq(1)
    end

    it "never deletes an unfinished one" do
      kept = [letter(delete_at: past), storage.save(StoredTasks::Letter.new(delete_at: past))]
      expect(storage.delete_old(before: future)).to eq(0)
      expect(kept.map { |task| storage.find(task.id) }).to eq(kept)
    end

    it "deletes only those of a class and below it" do
      ended(StoredTasks::Postcard)
      ended
      parcel = storage.save(StoredTasks::Parcel.new(status: :completed, current_state: :accepted, delete_at: past))
      expect(storage.delete_old(StoredTasks::Postcard, before: Time.now)).to eq(1)
      expect(storage.delete_old(StoredTasks::Letter, before: Time.now)).to eq(1)
      expect(storage.find(parcel.id)).to eq(parcel)
    end
  end

  describe "a parent and its sub-tasks", req: %w[O-38 O-76] do
    it "becomes due when one of them ends" do
      shipment = StoredTasks::Shipment.call(weights: [1, 2])
      expect(storage.sleeping_tasks(StoredTasks::Shipment)).to eq([])
      shipment.sub_tasks.first.wake_up!
      expect(ids(storage.sleeping_tasks(StoredTasks::Shipment))).to eq([shipment.id])
    end

    it "becomes due when one of them ends while it is being run" do
      shipment = StoredTasks::Shipment.call(weights: [1, 2])
      expect(storage.claim(shipment.id, future)).to be(true)
      running = storage.find(shipment.id)
      running.sub_tasks.first.wake_up!
      Operations.executor.call(running)
      expect(ids(storage.sleeping_tasks(StoredTasks::Shipment))).to eq([shipment.id])
    end

    it "counts them by what became of them" do
      shipment = StoredTasks::Shipment.call(weights: [1, 2, 200])
      shipment.sub_tasks.first.wake_up!
      expect { shipment.sub_tasks.last.wake_up! }.to raise_error(ArgumentError)
      counts = %i[sub_tasks completed_sub_tasks failed_sub_tasks unfinished_sub_tasks active_sub_tasks]
      expect(counts.map { |name| shipment.public_send(name).size }).to eq([3, 1, 1, 1, 0])
    end
  end
end
