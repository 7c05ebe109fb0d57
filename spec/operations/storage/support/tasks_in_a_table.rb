# frozen_string_literal: true

# What every storage on ActiveRecord keeps, ours and a third party's. The host has `storage`; `rows`, the model of its table;
# `lose_class`, which stores a task under a class that there is not; and `parent`, which starts a Parcel of weight 5 and one of
# `other_weight`.
RSpec.shared_examples "tasks in a table" do
  storage_class = described_class

  describe "[storage]" do
    it_behaves_like "a complete task storage"
  end

  describe "[product]" do
    it_behaves_like "the product of storages and executors",
      storages: {"ActiveRecord" => -> { storage_class.new }},
      executors: {
        "Inline" => -> { Operations::Executor::Inline.new },
        "Inline(run_later: true)" => -> { Operations::Executor::Inline.new(run_later: true) },
        "Async" => -> { Operations::Executor::Async.new }
      }
  end

  describe "[atomic]" do
    it "takes a sub-task that is there already for the one that is started" do
      task = storage.save(parent.new)
      child = StoredTasks::Parcel.new(status: :waiting, parent_task_id: task.id, weight: 5)
      child.start_key = "0/0"
      storage.save(child)
      task.call
      expect(task.sub_tasks.map(&:weight)).to eq([5, other_weight])
      expect(task.sub_tasks.first).to eq(child)
    end

    it "wakes the others when the class of one is gone" do
      lost, found = Array.new(2) { StoredTasks::Parcel.later }
      lose_class(lost)
      expect(logged { Operations::Runner.new.tick }).to match(/#{lost.id}.*"Gone" is not a registered task class/)
      expect(stored(found)).to be_completed
    end

    it "gives the place of a unique task that ended to the next" do
      klass = task_class("Single") { has_attribute(:number) and unique_by(:number) and result(:start) }
      first = klass.later(number: 1)
      expect(klass.later(number: 1)).to eq(first)
      Operations::Runner.new.tick
      expect(klass.later(number: 1)).not_to eq(first)
      expect(rows.pluck(:unique_key).compact.size).to eq(1)
    end

    it "keeps a failure whose text is no text" do
      klass = task_class("Garbled") { action(:start) { raise "bad \xFF".b }.then(:done) and result(:done) }
      task = storage.save(klass.new)
      expect { task.call }.to raise_error(RuntimeError)
      expect(stored(task)).to have_attributes(status: :failed, exception_message: "bad \u{FFFD}")
    end
  end
end
