# frozen_string_literal: true

# Run by active_record_spec.rb in processes of their own, since ActiveRecord brings ActiveSupport, and the suite has to hold
# without it. At the desk: ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/operations/storage/support/tasks_in_a_database_contract.rb
require "operations/executor/async"
require "timeout"
require_relative "tasks_in_a_database"
require_relative "active_record_processes"
require_relative "tasks_and_their_models"
require_relative "tasks_of_dead_processes"
require_relative "durability_of_tasks"
require_relative "lost_connections"

RSpec.describe Operations::Storage::ActiveRecord do
  before(:context) { TasksInADatabase.connect }

  # A storage may hang where it should fail; the suite is not to wait for it.
  around { |example| Timeout.timeout(120) { example.run } }

  before do
    TasksInADatabase.empty
    Operations.storage = storage
    Operations.logger = Logger.new(IO::NULL)
  end

  let(:storage) { described_class.new }

  def rows = TasksInADatabase::Row

  def row(task) = rows.find(task.id)

  def sql(text) = TasksInADatabase.run { |connection| connection.select_rows(text) }

  def disconnect = TasksInADatabase.disconnect

  def be_abandoned = storage.clock.advance(61)

  # @return [Array<String>] what the block says to the database
  def statements
    said = []
    listener = ->(*, payload) { said << payload[:sql] unless payload[:name] == "SCHEMA" }
    ActiveSupport::Notifications.subscribed(listener, "sql.active_record") { yield }
    said
  end

  describe "[storage]" do
    it_behaves_like "a complete task storage"
  end

  describe "[product]" do
    it_behaves_like "the product of storages and executors",
      storages: {"ActiveRecord" => -> { Operations::Storage::ActiveRecord.new }},
      executors: {
        "Inline" => -> { Operations::Executor::Inline.new },
        "Inline(run_later: true)" => -> { Operations::Executor::Inline.new(run_later: true) },
        "Async" => -> { Operations::Executor::Async.new }
      }
  end

  describe "[tables]" do
    it "are made by prepare_database!, which may be called again" do
      made = sql("SELECT 1 FROM operations_tasks") && TasksInADatabase.run { |connection| connection.indexes("operations_tasks").map(&:name).sort }
      expect(ActiveDataFlow.prepare_database!).to be(true)
      expect(TasksInADatabase.run { |connection| connection.indexes("operations_tasks").map(&:name).sort }).to eq(made)
      expect(rows.column_names).to include("parent_id", "task_status", "wakes_at", "data", "version", "claimed_until", "history")
    end

    it "are asked for when they are not there" do
      TasksInADatabase.run { |connection| connection.rename_table(:operations_tasks, :elsewhere) }
      expect { storage.find(1) }.to raise_error(Operations::Error, /no table operations_tasks.*prepare_database!/)
    ensure
      TasksInADatabase.run { |connection| connection.rename_table(:elsewhere, :operations_tasks) }
    end

    it "are touched by the first task, and not by the storage that is made" do
      expect(statements { described_class.new }).to eq([])
    end
  end

  describe "[statements]" do
    let(:klass) do
      task_class("Steps") do
        has_attribute :count, :integer, default: 0
        %i[one two three].each_cons(2) { |name, following| action(name) { self.count += 1 }.then(following) }
        starts_with :one
        action(:three) {}.then(:done)
        result :done
      end
    end

    it "are one for each transition, and no more" do
      klass.call
      expect(statements { klass.call }.map { |text| text[/\A\w+/] }).to eq(%w[INSERT UPDATE UPDATE UPDATE UPDATE])
    end

    it "are the same for each task, so that they are prepared once" do
      klass.call
      expect(statements { klass.call }).to eq(statements { klass.call })
    end

    it "are guarded by the version: each write counts it up, a signal does not" do
      task = StoredTasks::Shipment.call(weights: [1])
      expect { task.sub_tasks.first.wake_up! }.not_to change { row(task).version }
      expect { storage.claim(task.id) }.to change { row(task).version }.by(1)
      expect { stored(task).update!(weights: [2]) }.to change { row(task).version }.by(1)
    end
  end

  describe "[history]" do
    it "is stored with the transitions" do
      task = StoredTasks::Parcel.call
      expect(stored(task).history.map(&:to_h)).to eq(task.history.map(&:to_h))
      expect(stored(task).history.map(&:state)).to eq(%w[weighed big? accepted])
    end
  end

  describe "[atomic]" do
    let(:parent) do
      task_class("Counted") do
        starts_with :begin!
        action(:begin!) do
          start StoredTasks::Parcel, weight: 5
          start StoredTasks::Parcel, weight: 600
        end.then(:over?)
        wait_until(:over?) { condition { unfinished_sub_tasks.none? } and go_to(:done) }
        result :done
      end
    end

    # The database refuses a heavy parcel.
    def full
      TasksInADatabase.run do |connection|
        connection.execute("CREATE UNIQUE INDEX full_store ON operations_tasks ((data LIKE '%600%')) WHERE data LIKE '%600%'")
        connection.execute("INSERT INTO operations_tasks (data, created_at, updated_at) VALUES ('600', '2026-01-01', '2026-01-01')")
        yield
      ensure
        connection.execute("DROP INDEX full_store")
        connection.execute("DELETE FROM operations_tasks WHERE data = '600'")
      end
    end

    it "stores a transition and the sub-tasks of its handler together, or neither" do
      task = storage.save(parent.new)
      full { expect { Timeout.timeout(5) { task.call } }.to raise_error(StandardError) }
      expect(rows.where(type: "StoredTasks::Parcel").count).to eq(0)
      expect(stored(task).current_state).to eq("begin!")
    end

    it "takes a sub-task that is there already for the one that is started" do
      task = storage.save(parent.new)
      child = StoredTasks::Parcel.new(status: :waiting, parent_task_id: task.id, weight: 5)
      child.start_key = "0/0"
      storage.save(child)
      task.call
      expect(task.sub_tasks.map(&:weight)).to eq([5, 600])
      expect(task.sub_tasks.first).to eq(child)
    end

    it "wakes the others when the class of one is gone" do
      lost, found = Array.new(2) { StoredTasks::Parcel.later }
      rows.where(id: lost.id).update_all(type: "Gone")
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

    it "refuses text that JSON cannot hold, and says what to write" do
      expect { StoredTasks::Letter.call(text: "\xFF".b) }.to raise_error(Operations::Error, /:text.*:binary/)
      expect(rows.count).to eq(0)
    end

    it "deletes many old tasks with what points to them" do
      parents = Array.new(3) { ended }
      child = letter(parent_task_id: parents.first.id)
      expect(storage.delete_old(before: Time.now)).to eq(3)
      expect(stored(child).parent_task_id).to be_nil
    end

    include_context "stored letters"
  end

  include_examples "tasks and their models"
  include_examples "durability of tasks"
  include_examples "ActiveRecord in several processes"
  include_examples "tasks of dead processes"
  include_examples "tasks whose connection is lost"
end
