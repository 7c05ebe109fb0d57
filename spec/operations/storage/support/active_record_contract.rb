# frozen_string_literal: true

# Run by active_record_as_a_library_spec.rb in a process of its own, since ActiveRecord brings ActiveSupport, and the
# suite has to hold without it. At the desk: bin/exec rspec spec/operations/storage/support/active_record_contract.rb
require "operations/executor/async"
require "tmpdir"
require_relative "task_database"
require_relative "tasks_in_a_table"
require_relative "active_record_processes"

RSpec.describe ActiveRecordStorage do
  before(:context) do
    @folder = Dir.mktmpdir
    TaskDatabase.connect(File.join(@folder, "tasks.sqlite3"))
    TaskDatabase.migrate
  end

  # A storage may hang where it should fail; the suite is not to wait for it.
  around { |example| Eventually.ends(example) }

  after(:context) do
    TaskDatabase.disconnect
    FileUtils.rm_rf(@folder)
  end

  before do
    TaskDatabase.empty
    Operations.storage = storage
    Operations.logger = Logger.new(IO::NULL)
  end

  let(:storage) { described_class.new }
  let(:other_weight) { 6 }
  let(:parent) do
    task_class("Counted") do
      has_attribute :tries, :integer, default: 0
      starts_with :begin!
      action(:begin!) do
        start StoredTasks::Parcel, weight: 5
        start StoredTasks::Parcel, weight: 6
      end.then(:over?)
      wait_until(:over?) { condition { unfinished_sub_tasks.none? } and go_to(:done) }
      result :done
    end
  end

  describe "[migration]" do
    it "makes the table from nothing, and takes it away again" do
      tables = -> { ActiveRecord::Base.connection_pool.with_connection(&:tables) }
      expect { TaskDatabase.migrate(:down) }.to change(&tables).to([])
      expect { TaskDatabase.migrate }.to change(&tables).to(match_array(%w[stored_tasks users wakes]))
    end
  end

  describe "[models]" do
    let(:klass) do
      task_class("Greeting") do
        has_model :user, "User"
        has_models :guests, "User"
        has_attribute :text
        index :user
        starts_with :known?
        delay 60
        wait_until(:known?) { condition { user } and go_to(:greet) }
        interaction(:rename!) { |name| user.update!(name:) }.when(:known?)
        action(:greet) { self.text = "Hello #{user.name}" }.then(:done)
        result :done
      end
    end

    it "are stored as id and type, and found in the handler" do
      ada, bob = %w[Ada Bob].map { |name| User.create!(name:) }
      task = klass.later(user: ada, guests: [bob, ada])
      expect(JSON.parse(described_class::Row.find_by(task_id: task.id).record)["models"])
        .to eq("user" => {"id" => ada.id, "type" => "User"}, "guests" => [{"id" => bob.id, "type" => "User"}, {"id" => ada.id, "type" => "User"}])
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(task)).to have_attributes(status: :completed, text: "Hello Ada", user: ada, guests: [bob, ada])
    end

    it "are nil when their record was deleted, and missing in a list" do
      ada, bob = %w[Ada Bob].map { |name| User.create!(name:) }
      task = klass.later(user: ada, guests: [bob, ada])
      ada.destroy!
      expect(stored(task)).to have_attributes(user: nil, guests: [bob], user_id: ada.id)
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      expect(stored(task)).to be_waiting
    end

    it "are read anew with every copy of the task" do
      ada = User.create!(name: "Ada")
      task = klass.later(user: ada)
      User.find(ada.id).update!(name: "Ada Lovelace")
      Operations::Runner.new.tick
      expect(stored(task).text).to eq("Hello Ada Lovelace")
    end

    it "lead to the tasks that know them" do
      ada, bob = %w[Ada Bob].map { |name| User.create!(name:) }
      task = klass.later(user: ada, guests: [bob])
      expect([storage.tasks_of(ada), storage.tasks_of(ada, :user), storage.tasks_of(bob)]).to eq([[task], [task], []])
    end

    it "have to be saved first" do
      expect { klass.later(user: User.new(name: "nobody")) }.to raise_error(ArgumentError, /user.*Save it first/)
      expect(storage.all).to eq([])
    end
  end

  describe "[atomic]" do
    it "stores a transition and the sub-tasks of its handler together, or neither" do
      task = storage.save(parent.new)
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute(<<~SQL) }
        CREATE TRIGGER full BEFORE INSERT ON stored_tasks WHEN NEW.start_key = '0/1' BEGIN SELECT RAISE(ABORT, 'full'); END
      SQL
      expect { task.call }.to raise_error(ActiveRecord::StatementInvalid, /full/)
      expect(rows.count).to eq(1)
      expect(stored(task)).to have_attributes(status: :failed, current_state: "begin!")
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DROP TRIGGER full") }
      expect(stored(task).retry!.sub_tasks.map(&:weight)).to eq([5, 6])
    end

    it "writes nothing of a run that was overtaken, and records no failure for it" do
      task = StoredTasks::Parcel.later
      overtaking = task_class("Overtaken") do
        has_attribute :text
        starts_with :write
        action(:write) do
          Operations.storage.wake_abandoned(since: Time.now)
          self.text = "too late"
        end.then(:done)
        result :done
      end
      slow = storage.save(overtaking.new)
      expect { slow.call }.not_to raise_error
      expect(stored(slow)).to have_attributes(status: :waiting, current_state: "write", text: nil, exception_class: nil)
      expect(stored(task)).to be_waiting
    end
  end

  def rows = described_class::Row

  def lose_class(task) = rows.where(task_id: task.id).update_all(task_type: "Gone")

  def disconnect = TaskDatabase.disconnect

  def be_abandoned
    expect(storage.wake_abandoned(since: Time.now - 60)).to eq(0)
    expect(storage.wake_abandoned(since: Time.now)).to eq(1)
  end

  include_examples "tasks in a table"
  include_examples "ActiveRecord in several processes"
end
