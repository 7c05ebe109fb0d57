# frozen_string_literal: true

# Run by active_record_spec.rb in processes of their own, as tasks_in_a_database_contract.rb is.
require_relative "v1_tasks"
require_relative "performed_jobs"

RSpec.describe Operations::Storage::ActiveRecord do
  before(:context) { V1Tasks.connect }

  around { |example| Eventually.ends(example) }

  before do
    V1Tasks.make
    Operations.storage = storage
    Operations.logger = Logger.new(IO::NULL)
  end

  let(:storage) { described_class.new }
  let(:ada) { User.create!(name: "Ada") }
  let(:bob) { User.create!(name: "Bob") }
  let!(:klass) do
    task_class("Invitation") do
      has_attribute :text
      has_attribute :urgent, :boolean, default: false
      has_model :host, "User"
      has_models :guests, "User"
      index :guests
      starts_with :answered?
      delay 600
      wait_until(:answered?) { condition { urgent } and go_to(:write) }
      interaction(:hurry!) { self.urgent = true }.when(:answered?)
      action(:write) { self.text = "#{text}, from #{host&.name}" }.then(:done)
      result :done
    end
  end

  def rows = TasksInADatabase::Row

  def waiting(data = {}, **) = V1Tasks.row("Invitation", 10, "answered?", data, wakes_at: Time.now - 1, **)

  def gid(user) = "modelid-gid://shop/User/#{user.id}"

  describe "[v1]" do
    it "is read in every status", req: "O-61" do
      late = Time.now.utc.floor(6) - 5
      failure = {"exception_class" => "ArgumentError", "exception_message" => "no", "exception_backtrace" => %w[a.rb:1 b.rb:2].inspect}
      ids = [waiting({"text" => "Come", "urgent" => true, "host_id" => gid(ada), "guests_array" => "#{gid(bob)},#{gid(ada)}"}),
        V1Tasks.row("Invitation", 0, "write"), V1Tasks.row("Invitation", 100, "done", completed_at: late, delete_at: late), V1Tasks.row("Invitation", -1, "write", failure)]
      tasks = ids.map { |id| storage.find(id) }
      expect(tasks.map(&:status)).to eq(%i[waiting active completed failed])
      expect(tasks[0]).to have_attributes(text: "Come", urgent: true, host: ada, guests: [bob, ada], id: ids[0])
      expect(tasks[2]).to have_attributes(completed_at: late, delete_at: late)
      expect(tasks[3]).to have_attributes(exception_class: "ArgumentError", exception_message: "no", exception_backtrace: "a.rb:1\nb.rb:2")
      expect(tasks[0].history.map(&:state)).to eq(["answered?"])
    end

    it "is woken, and written as it was", req: "O-61" do
      id = waiting({"text" => "Come", "urgent" => true, "host_id" => gid(ada), "guests_array" => "#{gid(bob)},#{gid(ada)}", "kept" => [1]})
      expect(Operations::Runner.new.tick).to include(woken: 1, failed: 0)
      row = rows.find(id)
      expect(row).to have_attributes(type: "Invitation", task_status: 100, current_state: "done", completed_at: be_within(60).of(Time.now), delete_at: be > Time.now)
      expect(JSON.parse(row.data)).to eq("text" => "Come, from Ada", "urgent" => true, "host_id" => gid(ada), "guests_array" => "#{gid(bob)},#{gid(ada)}", "kept" => [1])
    end

    it "keeps its participants as they are read there", req: %w[O-49 O-61] do
      id = waiting
      storage.find(id).update!(guests: [ada, bob])
      expect(TasksInADatabase::Place.pluck(:task_id, :participant_type, :participant_id, :attribute_name))
        .to match_array([ada, bob].map { |user| [id, "User", user.id, "guests"] })
      expect(ada.operations.map(&:id)).to eq([id])
      expect(storage.delete(id)).to be(true)
      expect(TasksInADatabase::Place.count).to eq(0)
    end

    it "takes new tasks, sub-tasks and failures", req: "O-61" do
      shipment = StoredTasks::Shipment.call(weights: [1, 200])
      expect { Operations::Runner.new.tick }.to change { shipment.completed_sub_tasks.size }.by(1)
      expect(JSON.parse(rows.find(shipment.failed_sub_tasks.first.id).data)).to include("exception_class" => "ArgumentError", "weight" => 201)
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(shipment)).to have_attributes(current_state: "broken")
      expect(storage.delete_old(before: Time.now + 365 * 86_400)).to eq(3)
      expect(rows.count).to eq(0)
    end

    it "refuses an old copy by status, state and moment of the last write" do
      copies = Array.new(2) { storage.find(@id ||= waiting) }
      copies.first.update!(text: "first")
      expect { copies.last.update!(text: "second") }.to raise_error(Operations::Busy, /changed/)
      expect(storage.find(@id).text).to eq("first")
    end

    it "refuses it although both were written at the same moment" do
      task = storage.find(waiting)
      at(task.updated_at) do
        copies = Array.new(2) { storage.find(task.id) }
        copies.first.update!(text: "first")
        expect { copies.last.update!(text: "second") }.to raise_error(Operations::Busy, /changed/)
      end
      expect(stored(task).text).to eq("first")
    end

    it "runs each wake once in processes that share it", req: "O-63" do
      StoredTasks::Parcel.define_method(:weight=) { |value| Wake.create!(task_id: id, pid: Process.pid) and super(value) }
      ids = Array.new(20) { V1Tasks.row("StoredTasks::Parcel", 10, "weighed", {"weight" => 1}, wakes_at: Time.now - 1) }
      TasksInADatabase.disconnect
      expect(Array.new(3) { in_fork { Operations::Runner.new.tick[:failed] } }.map(&:value)).to eq([0, 0, 0])
      expect(Wake.pluck(:task_id)).to match_array(ids)
      expect(storage.all).to all(be_completed)
    ensure
      StoredTasks::Parcel.remove_method(:weight=)
    end

    it "serves interactions" do
      id = waiting({"text" => "Come"})
      expect(storage.find(id).hurry!).to have_attributes(status: :completed, text: "Come, from ")
    end

    it "has an active task for dead when it is old, and goes on with it", req: "O-34" do
      young = V1Tasks.row("Invitation", 0, "write", {"text" => "a"}, updated_at: Time.now - 600)
      old = V1Tasks.row("Invitation", 0, "write", {"text" => "b"}, updated_at: Time.now - 3601)
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect([young, old].map { |id| storage.find(id).status }).to eq(%i[active completed])
    end

    it "loses with a task its participants, and lets its sub-tasks go: its foreign keys do not", req: "O-61" do
      id = V1Tasks.row("Invitation", 100, "done", delete_at: Time.now - 1)
      child = waiting({}, parent_id: id)
      TasksInADatabase::Place.create!(task_id: id, participant_type: "User", participant_id: ada.id, attribute_name: "guests")
      expect { rows.where(id:).delete_all }.to raise_error(ActiveRecord::InvalidForeignKey)
      expect(storage.delete_old(before: Time.now)).to eq(1)
      expect([rows.pluck(:id, :parent_id), TasksInADatabase::Place.count]).to eq([[[child, nil]], 0])
    end

    it "has what is due, or left behind, enqueued by the sweep, and run in jobs", req: %w[O-27 O-61] do
      Operations.executor = PerformedJobs.new
      PerformedJobs.forget
      ids = [waiting({"urgent" => true}), V1Tasks.row("Invitation", 0, "write", updated_at: Time.now - 3601)]
      V1Tasks.row("Gone", 10, "start", wakes_at: Time.now - 1)
      expect(Operations.sweep).to include(dispatched: 2, failed: 0)
      expect(PerformedJobs.listed.map { |job| job[1].first }).to match_array(ids)
      PerformedJobs.perform
      expect(ids.map { |id| storage.find(id).status }).to eq(%i[completed completed])
    end

    it "is told once what it lacks" do
      text = logged { 2.times { storage.find(waiting) } }
      expect(text.lines.grep(/operations_tasks lacks version, .*history.*prepare_database!/).size).to eq(1)
    end

    it "has an active task for dead when it is old, also once the table is completed", req: "O-61" do
      ActiveDataFlow.prepare_database!
      Operations.storage = described_class.new
      young = V1Tasks.row("Invitation", 0, "write", {"text" => "a"}, updated_at: Time.now - 600)
      old = V1Tasks.row("Invitation", 0, "write", {"text" => "b"}, updated_at: Time.now - 3601)
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect([young, old].map { |id| Operations.storage.find(id).status }).to eq(%i[active completed])
    end

    it "has all promises once it is completed, and the ancestor goes on writing it", req: "O-61" do
      id = waiting({"text" => "Come", "urgent" => true})
      ActiveDataFlow.prepare_database!
      Operations.storage = completed = described_class.new
      written = waiting({"text" => "later", "urgent" => true})
      expect(logged { expect(Operations::Runner.new.tick).to include(woken: 2) }).not_to include("lacks")
      rows.reset_column_information
      expect([id, written].map { |one| completed.find(one).history.map(&:state) }).to all(eq(["answered?", "write", "done"]))
      expect(rows.pluck(:version)).to eq([4, 4])
    end
  end

  describe "[v1 contract]" do
    it_behaves_like "a storage that claims" do
      include_context "stored letters"
    end
  end
end
