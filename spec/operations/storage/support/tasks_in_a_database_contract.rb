# frozen_string_literal: true

# Run by active_record_spec.rb in processes of their own, since ActiveRecord brings ActiveSupport, and the suite has to hold
# without it. At the desk: ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/operations/storage/support/tasks_in_a_database_contract.rb
require "operations/executor/async"
require_relative "performed_jobs"
require "timeout"
require_relative "tasks_in_a_database"
require_relative "tasks_in_a_table"
require_relative "active_record_processes"
require_relative "tasks_and_their_models"
require_relative "tasks_of_dead_processes"
require_relative "tasks_in_jobs"
require_relative "transactions_of_tasks"
require_relative "durability_of_tasks"
require_relative "lost_connections"
require_relative "tasks_on_mysql"
require_relative "writes_of_tasks"

RSpec.describe Operations::Storage::ActiveRecord do
  before(:context) { TasksInADatabase.connect }

  # A storage may hang where it should fail; the suite is not to wait for it.
  around { |example| Eventually.ends(example) }

  before do
    TasksInADatabase.empty
    Operations.storage = storage
    Operations.logger = Logger.new(IO::NULL)
  end

  let(:storage) { described_class.new }
  let(:other_weight) { 600 }
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

  def rows = TasksInADatabase::Row

  def row(task) = rows.find(task.id)

  def sql(text) = TasksInADatabase.run { |connection| connection.select_rows(text) }

  def lose_class(task) = rows.where(id: task.id).update_all(type: "Gone")

  def disconnect = TasksInADatabase.disconnect

  def be_abandoned = storage.clock.advance(61)

  # @return [Array<String>] what the block says to the database
  def statements
    said = []
    listener = ->(*, payload) { said << payload[:sql] unless payload[:name] == "SCHEMA" }
    ActiveSupport::Notifications.subscribed(listener, "sql.active_record") { yield }
    said
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

    it "are one for each transition, and none for the end in a result, which goes with the way there" do
      klass.call
      expect(statements { klass.call }.map { |text| text[/\A\w+/] }).to eq(%w[INSERT UPDATE UPDATE UPDATE])
    end

    it "are the same for each task, so that they are prepared once", unless: TasksInADatabase::KIND == :mysql do
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
    # The database refuses a heavy parcel.
    def full(&)
      return checked(&) if TasksInADatabase::KIND == :mysql

      TasksInADatabase.run do |connection|
        connection.execute("CREATE UNIQUE INDEX full_store ON operations_tasks ((data LIKE '%600%')) WHERE data LIKE '%600%'")
        connection.execute("INSERT INTO operations_tasks (data, created_at, updated_at) VALUES ('600', '2026-01-01', '2026-01-01')")
        yield
      ensure
        connection.execute("DROP INDEX full_store")
        connection.execute("DELETE FROM operations_tasks WHERE data = '600'")
      end
    end

    # It has no index of some rows only.
    def checked
      TasksInADatabase.run { |connection| connection.add_check_constraint(:operations_tasks, "data NOT LIKE '%600%'", name: "full_store") }
      yield
    ensure
      TasksInADatabase.run { |connection| connection.remove_check_constraint(:operations_tasks, name: "full_store") }
    end

    it "stores a transition and the sub-tasks of its handler together, or neither" do
      task = storage.save(parent.new)
      full { expect { Timeout.timeout(5) { task.call } }.to raise_error(StandardError) }
      expect(rows.where(type: "StoredTasks::Parcel").count).to eq(0)
      expect(stored(task).current_state).to eq("begin!")
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

  describe "[product]" do
    it_behaves_like "the product of storages and executors",
      storages: {"ActiveRecord" => -> { Operations::Storage::ActiveRecord.new }, "Memory" => -> { Operations::Storage::Memory.new }}, executors: {"ActiveJob" => -> { PerformedJobs.new }}
  end

  include_examples "tasks in a table"

  describe "[storage]" do
    it_behaves_like "a storage that refuses a key that is taken"
  end

  include_examples "tasks in jobs"
  include_examples "transactions of tasks"
  include_examples "tasks and their models"
  include_examples "durability of tasks"
  include_examples "writes of tasks"
  include_examples "ActiveRecord in several processes"
  include_examples "tasks of dead processes"
  include_examples "tasks whose connection is lost"
  include_examples "tasks on MySQL"
end
