# frozen_string_literal: true

# What applications of the gem's ancestor ask of tasks because they were ActiveRecord's.

RSpec.describe Operations::Task, "as a model" do
  let!(:klass) do
    task_class("Cards::Reply") do
      has_attribute :text
      has_model :sender, "User"
      validates :text, presence: true
      starts_with :answered?
      delay 600
      delete_after 3600
      wait_until(:answered?) { condition { text == "yes" } and go_to(:done) }
      interaction(:answer!) { |word| self.text = word }.when(:answered?)
      action(:burn) { raise ArgumentError, "wet" }.then(:done)
      result :done
    end
  end
  let!(:other) { task_class("Cards::Note") { result :start } }

  def reply(**) = klass.call(text: "soon", **)

  describe "[models]" do
    it "is made by create!, and run by who calls it" do
      task = klass.create!(text: "soon")
      expect(stored(task)).to be_active.and be_in(:answered?)
      expect(task.call).to be_waiting
    end

    it "is saved, read again and destroyed" do
      task = klass.find(reply.id)
      task.text = "later"
      expect(task.save!).to be(true)
      task.text = "never"
      expect(task.reload.text).to eq("later")
      expect(task.destroy!).to be_new_record
      expect(rows.count).to eq(0)
    end

    it "is updated by keywords, and by a Hash of either keys" do
      task = reply
      task.update("text" => "a")
      expect(stored(task).text).to eq("a")
      task.update!({text: "b"})
      task.update!(text: "c", wakes_at: 1.day.from_now)
      expect(stored(task)).to have_attributes(text: "c", wakes_at: be > 23.hours.from_now)
    end

    it "says by false and errors what it refuses" do
      task = reply
      expect(task.update(text: "")).to be(false)
      expect(task.errors[:text]).to eq(["is required"])
      expect(stored(task).text).to eq("soon")
    end

    it "has a method for each status" do
      task = reply
      %i[active waiting failed waiting completed].each do |status|
        task.public_send(:"#{status}!")
        expect(stored(task).task_status).to eq(status.name)
      end
    end

    it "knows its parent, and is found by it" do
      parent = reply
      child = parent.start(other)
      expect(child.parent).to eq(parent)
      expect(other.find_by(parent:)).to eq(child)
      expect(other.where(parent: nil).count).to eq(0)
    end

    it "can be an argument of a job, and of a path" do
      task = reply
      expect(GlobalID::Locator.locate(task.to_global_id)).to eq(task)
      expect([task.to_param, task.model_name.singular_route_key, task.to_key]).to eq([task.id.to_s, "cards_reply", [task.id]])
    end

    it "is stored by test, with what the handler started and did" do
      child = other
      starter = task_class("Cards::Starter") { action(:start) { start child }.then(:done) and result(:done) }
      task = starter.test(:start)
      expect(stored(task)).to be_in(:done)
      expect(task.sub_tasks.map(&:class)).to eq([other])
    end

    it "goes to sleep inside of a handler without being stored twice" do
      sleeper = task_class("Cards::Sleepy") { action(:start) { go_to(:later) and go_to_sleep! } and wait_until(:later) { condition { false } and go_to(:done) } and result(:done) }
      expect(sleeper.call).to be_waiting.and be_in(:later)
    end
  end

  describe "[scopes]" do
    let!(:late) { reply.tap { |task| task.update!(wakes_at: 1.minute.ago, expires_at: 1.minute.ago) } }
    let!(:early) { reply.tap { |task| task.update!(wakes_at: 1.hour.from_now) } }
    let!(:ended) { klass.call(text: "yes").wake_up!.tap { |task| task.update!(delete_at: 1.minute.ago) } }
    let!(:note) { other.call.tap { |task| rows.where(id: task.id).update_all(wakes_at: 1.minute.ago, expires_at: 1.minute.ago) } }

    it "find by status" do
      expect(klass.waiting).to contain_exactly(late, early)
      expect(klass.completed.to_a).to eq([ended])
      expect([klass.active, klass.failed].map(&:count)).to eq([0, 0])
      expect(described_class.not_waiting).to contain_exactly(ended, note)
    end

    it "find by moments" do
      expect(described_class.ready_to_wake.to_a).to eq([late])
      expect(klass.ready_to_wake_at(2.hours.from_now)).to contain_exactly(late, early)
      expect([described_class.expired, described_class.expired_at(2.days.from_now)].map(&:count)).to eq([1, 2])
      expect([klass.ready_to_delete, klass.ready_to_delete_at(2.hours.from_now)].map(&:to_a)).to eq([[ended], [ended]])
    end

    it "find by columns, with order and limit, of a class and those below it" do
      expect(klass.where(current_state: "done").first).to eq(ended)
      expect(klass.where(task_status: "waiting").order(wakes_at: :desc).to_a).to eq([early, late])
      expect(klass.where("wakes_at > ?", Time.now).limit(1).ids).to eq([early.id])
      expect(klass.find_by(id: late.id)).to eq(late)
      expect(klass.find_by(id: note.id)).to be_nil
      expect([klass.count, described_class.count, Class.new(klass).count]).to eq([3, 4, 0])
    end

    it "are read as often as they are asked" do
      scope = klass.completed
      expect { early.completed! }.to change { scope.size }.from(1).to(2)
      expect([scope.first, scope.last, scope.first(2), scope.last(1)]).to eq([early, ended, [early, ended], [ended]])
      expect([scope.any?, scope.none?, scope.empty?, scope.exists?(current_state: "nowhere")]).to eq([true, false, false, false])
      expect(scope.pluck(:id, :current_state)).to eq([[early.id, "answered?"], [ended.id, "done"]])
    end

    it "may be walked over and destroyed" do
      expect(klass.find_each.map(&:id)).to eq([late, early, ended].map(&:id))
      expect(klass.waiting.destroy_all).to contain_exactly(late, early)
      expect(described_class.all).to contain_exactly(ended, note)
    end

    it "ask the database twice, however many tasks there are" do
      asked = []
      listener = ->(*, payload) { asked << payload[:sql] unless payload[:name] == "SCHEMA" }
      ActiveSupport::Notifications.subscribed(listener, "sql.active_record") { expect(described_class.all.to_a.size).to eq(4) }
      expect(asked.size).to eq(2)
    end

    it "say that they need the table" do
      Operations.storage = Operations::Storage::Memory.new
      expect { klass.waiting }.to raise_error(Operations::Error, /Storage::ActiveRecord.*Storage::Memory/)
    end
  end

  describe "[errors]" do
    def raised
      yield
    rescue => error
      error
    end

    it "of what is not valid are found by either name, and know their task" do
      error = raised { klass.call(text: "") }
      expect(error).to be_an(ActiveRecord::RecordInvalid).and have_attributes(message: "text is required", record: be_a(klass), task: error.record)
      expect(error.errors[:text]).to eq(["is required"])
      [Operations::ValidationError, Operations::Error].each { |name| expect(name === error).to be(true) }
      expect([Operations::Failure, Operations::Timeout].map { |name| name === error }).to eq([false, false])
      expect { reply.update!(text: "") }.to raise_error(ActiveRecord::RecordInvalid)
    end

    it "of a sub-task that was refused fail the task that started it" do
      child = klass
      task_class("Cards::Careless") { action(:start) { start child }.then(:done) and result(:done) }
      expect { Cards::Careless.call }.to raise_error(ActiveRecord::RecordInvalid)
      expect(Cards::Careless.failed.first).to have_attributes(exception_class: "Operations::Compat::RecordInvalid", exception_message: "text is required")
    end

    it "of a name that nobody declared are found by either name" do
      error = raised { klass.call(txt: "") }
      expect(error).to be_an(ActiveModel::UnknownAttributeError).and have_attributes(message: /txt.*:text/, attribute: "txt")
      expect(Operations::Task::UnknownAttributeError === error).to be(true)
    end

    it "of a task that is not there are ActiveRecord's" do
      expect { klass.find(other.call.id) }.to raise_error(ActiveRecord::RecordNotFound, /Cards::Reply/)
      expect { klass.find_by!(id: 0) }.to raise_error(ActiveRecord::RecordNotFound)
    end
  end

  describe "[batches]" do
    it "wake what is due, of this class", req: "O-74" do
      late = reply.tap { |task| task.update!(text: "yes", wakes_at: 1.minute.ago) }
      early = reply.tap { |task| task.update!(text: "yes", wakes_at: 1.hour.from_now) }
      expect(described_class.wake_sleeping).to eq(1)
      expect([late, early].map { |task| stored(task).status }).to eq(%i[completed waiting])
    end

    it "delete what has ended, and what has stayed in one state for as long", req: "O-74" do
      ended = klass.call(text: "yes").wake_up!
      left = reply
      timeless = task_class("Cards::Timeless", klass) { delete_after nil }.call(text: "soon")
      moved = reply.tap { |task| task.update!(expires_at: 25.5.hours.from_now) } # a day after it has come into its state
      expect(described_class.delete_old).to eq(0)
      at(2.hours.from_now) do
        young = reply
        expect([Cards::Timeless, described_class].map(&:delete_old)).to eq([0, 2])
        expect(described_class.all).to contain_exactly(timeless, moved, young)
      end
      expect(described_class.where(id: [ended.id, left.id])).to be_empty
    end

    it "delete although there is a task whose class is gone" do
      lost = reply
      rows.where(id: lost.id).update_all(type: "Cards::Gone")
      reply
      at(2.hours.from_now) { expect(described_class.delete_old).to eq(1) }
      expect(rows.pluck(:id)).to eq([lost.id])
    end

    it "ask for no more tasks than have waited long enough" do
      reply
      asked = []
      listener = ->(*, payload) { asked << payload[:sql] }
      ActiveSupport::Notifications.subscribed(listener, "sql.active_record") { described_class.delete_old }
      expect(asked.grep(/SELECT.*created_at. <=/).size).to eq(1)
      expect(asked.grep(/id IN/).grep_v(/DELETE|UPDATE/)).to eq([])
    end

    it "are what a runner does, which ends by a signal", req: "O-74" do
      late = reply.tap { |task| task.update!(text: "yes", wakes_at: 1.minute.ago) }
      TasksInADatabase.disconnect
      runner = fork { described_class::Runner.start and exit!(0) }
      expect(eventually { stored(late).completed? }).to be(true)
      Process.kill(:TERM, runner)
      expect(Process.wait2(runner).last).to be_success
    ensure
      kill_if_alive(runner)
    end
  end

  describe "[defaults]" do
    it "are the application's table, a look at once, and one's own thread" do
      Operations.reset!
      expect(Operations.storage).to be_a(Operations::Storage::ActiveRecord)
      expect(Operations.storage.database.connection_class).to be(ActiveRecord::Base)
      expect([Operations.first_wake, Operations.executor.class]).to eq([:immediate, Operations::Executor::Inline])
    end
  end
end
