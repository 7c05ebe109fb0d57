# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: the executor that has tasks run in jobs, and the sweep.
RSpec.shared_examples "tasks in jobs" do
  describe "[jobs]" do
    before do
      Operations.executor = PerformedJobs.new
      PerformedJobs.forget
    end

    def jobs = PerformedJobs.listed

    let(:refusing) { Class.new { %i[enqueue enqueue_at].each { |name| define_method(name) { |*| raise ActiveJob::EnqueueError, "full" } } }.new }

    it "are an ExecuteTaskJob for later, a WakeTaskJob for a wake, none for call", req: "O-27" do
      StoredTasks::Parcel.call
      expect(jobs).to eq([])
      task = StoredTasks::Parcel.later
      letter = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 600))
      letter.wake_up!
      expect(jobs).to eq([["Operations::ExecuteTaskJob", [task.id, "StoredTasks::Parcel"], "default"], ["Operations::WakeTaskJob", [letter.id, "StoredTasks::Letter"], "default"]])
      expect([task, letter].map { |one| stored(one).wake_at <= Time.now }).to eq([true, true])
      PerformedJobs.perform
      expect(stored(task)).to be_completed
    end

    it "do no harm when they come twice, or late", req: "O-28" do
      noted = task_class("Noted") do
        has_attribute :looks, :integer, default: 0
        starts_with :seen?
        delay 600
        wait_until(:seen?) { condition { (self.looks += 1) > 2 } and go_to(:done) }
        result :done
      end
      task = noted.later
      twice = PerformedJobs.enqueued.first
      3.times { PerformedJobs.perform_one(twice) }
      expect(stored(task)).to have_attributes(status: :waiting, looks: 1)
      finished = StoredTasks::Parcel.later
      job = PerformedJobs.enqueued.last
      PerformedJobs.perform
      expect { PerformedJobs.perform_one(job) }.not_to change { row(finished).attributes }
      storage.delete(finished.id)
      expect { PerformedJobs.perform_one(job) }.not_to raise_error
    end

    it "tell a parent that its sub-task has ended, also when who ran that died before it could", req: "O-28" do
      parent = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 600))
      child = storage.save(StoredTasks::Parcel.new(status: :waiting, wake_at: Time.now, parent_task_id: parent.id))
      rows.where(id: child.id).update_all(task_status: 100)
      Operations::WakeTaskJob.perform_now(child.id, child.type)
      expect(jobs).to eq([["Operations::WakeTaskJob", [parent.id, "StoredTasks::Letter"], "default"]])
      expect(stored(parent).wake_at).to be <= Time.now
    end

    it "go to the queue and the adapter that the class names", req: "O-27" do
      own = ActiveJob::QueueAdapters::TestAdapter.new
      urgent = task_class("Urgent") { queue(:urgent) and result(:start) }
      elsewhere = task_class("Elsewhere") { runs_on(own) and result(:start) }
      urgent.later
      expect(jobs.map(&:last)).to eq(["urgent"])
      allow(Operations::ApplicationJob).to receive(:queue_adapter).and_return(refusing)
      Operations.executor.wake_all([elsewhere.later, elsewhere.later])
      expect(own.enqueued_jobs.map { |job| job["job_class"] }).to eq(%w[Operations::ExecuteTaskJob Operations::ExecuteTaskJob Operations::WakeTaskJob Operations::WakeTaskJob])
    end

    it "are enqueued when the transaction has committed, and not when it was rolled back", req: "O-27" do
      ActiveRecord::Base.transaction do
        StoredTasks::Parcel.later
        expect(jobs).to eq([])
      end
      expect(jobs.size).to eq(1)
      ActiveRecord::Base.transaction { StoredTasks::Parcel.later and raise(ActiveRecord::Rollback) }
      expect(jobs.size).to eq(1)
      expect(rows.count).to eq(1)
    end

    it "of sub-tasks are enqueued together, after the transition", req: "O-27" do
      seen = []
      allow(ActiveJob).to receive(:perform_all_later).and_wrap_original do |original, *some|
        seen << [some.flatten.size, rows.where(current_state: "packed?").count]
        original.call(*some)
      end
      StoredTasks::Shipment.call(weights: [1, 2, 3])
      expect(seen).to eq([[3, 1]])
      PerformedJobs.perform
      expect(rows.pluck(:task_status).uniq).to eq([100])
    end

    it "wake who sleeps for less than a sweep takes, at that moment, and nobody else" do
      none, short, long = [0, 5, 600].map do |pause|
        task_class("Pausing#{pause}") do
          starts_with :over?
          delay pause
          wait_until(:over?) { condition { false } and go_to(:done) }
          result :done
        end
      end
      at(Time.now.floor) do
        [none, short, long].each(&:call)
        expect(jobs.map { |job| job[1].last }).to eq(%w[Pausing0 Pausing5])
        expect(PerformedJobs.enqueued.map { |job| job[:at] - Time.now.to_f }).to eq([1, 5])
      end
    end

    it "wake a parent at once whose sub-task ended while it was run" do
      other = storage
      watched = task_class("Watching") do
        starts_with :begin
        delay 600
        action(:begin) { start StoredTasks::Parcel }.then(:over?)
        wait_until(:over?) { condition { other.signal(id) && false } and go_to(:done) }
        result :done
      end
      task = watched.call
      PerformedJobs.forget
      at(Time.now + 601) { Operations::WakeTaskJob.perform_now(task.id, task.type) }
      expect(PerformedJobs.enqueued.map { |job| [job["arguments"].first, job[:at]] }).to eq([[task.id, nil]])
    end

    it "are not asked of an adapter that knows no later" do
      ActiveJob::Base.queue_adapter = :inline
      pausing = task_class("Pausing") do
        starts_with :over?
        delay 5
        wait_until(:over?) { condition { false } and go_to(:done) }
        result :done
      end
      expect(pausing.call).to be_waiting
    ensure
      ActiveJob::Base.queue_adapter = :test
    end

    it "are not needed for a task of a class without a name" do
      nameless = Class.new(Operations::Task) do
        starts_with :over?
        wait_until(:over?) { condition { false } and go_to(:done) }
        result :done
      end
      expect(nameless.call).to be_waiting
      expect(jobs).to eq([])
    end

    # Fails at first, and its look fails again, whatever was there in between.
    def retried(name, &rules)
      task_class(name) do
        has_attribute :error, :string, default: "KeyError"
        class_eval(&rules)
        starts_with :there?
        queue :usual
        delay 600
        wait_until(:there?) { condition { error.empty? ? false : raise(Object.const_get(error), "not there") } and go_to(:done) }
        result :done
      end
    end

    def orders = PerformedJobs.enqueued.map { |job| [job["queue_name"], job["priority"], job[:at] && (job[:at] - Time.now.to_f).round] }

    it "are as retry_on says where they are to try again, whoever enqueues them, and as ever afterwards" do
      slow = retried("Slow") { retry_on KeyError, wait: 5, queue: :slow, priority: 3 }
      late = retried("Late") { retry_on KeyError, wait: 3600, queue: :slow }
      urgent = retried("Urgent") { retry_on KeyError, wait: 5, priority: 1 }
      plain = retried("Plain") { retry_on KeyError, wait: 3600 }
      at(Time.now.floor) do
        [slow, late, urgent, plain].each(&:call)
        expect(orders).to eq([["slow", 3, 5], ["slow", nil, 3600], ["usual", 1, 5]])
      end
      PerformedJobs.forget # as a queue does whose database was lost
      at(Time.now + 3700) do
        expect(Operations.sweep[:dispatched]).to eq(4)
        expect(orders.map(&:first).tally).to eq("slow" => 2, "usual" => 2)
        PerformedJobs.forget
        task = slow.all.first
        task.update(error: "")
        task.wake_up!
        expect(orders).to eq([["slow", 3, nil]])
        PerformedJobs.perform
        expect(stored(task)).to be_waiting
        expect(orders).to eq([])
        stored(task).wake_up!
        expect(orders).to eq([["usual", nil, nil]])
      end
    end

    it "are made for whatever has the id and the type of a task, as a storage of another kind may give it" do
      Operations.executor.wake_all([Struct.new(:id, :type).new(7, "StoredTasks::Letter")])
      expect(jobs).to eq([["Operations::WakeTaskJob", [7, "StoredTasks::Letter"], "default"]])
    end

    it "are those of the rule that was asked, of several; the sweep, which does not know it, takes the class's queue" do
      both = retried("Both") do
        retry_on KeyError, wait: 40, queue: :slow
        retry_on IOError, wait: 40, queue: :network
      end
      at(Time.now.floor) do
        %w[KeyError IOError].each { |error| both.call(error:) }
        expect(orders).to eq([["slow", nil, 40], ["network", nil, 40]])
        PerformedJobs.forget
      end
      at(Time.now + 41) { expect([Operations.sweep[:dispatched], orders.map(&:first)]).to eq([2, %w[usual usual]]) }
    end

    it "that are to try again after an error hand it to who collects errors, where retry_on says so" do
      heard = []
      subscriber = Class.new { define_method(:report) { |error, handled:, context:, **| heard << [error.message, handled, context] } }.new
      ActiveSupport.error_reporter.subscribe(subscriber)
      told = retried("Told") { retry_on KeyError, wait: 5, report: true, attempts: 2 }
      retried("Silent") { retry_on KeyError, wait: 5, attempts: 2 }.call
      task = told.call
      expect(heard).to match([["not there", true, hash_including(task_id: task.id, task: "Told", state: "there?")]])
      at(Time.now + 6) { PerformedJobs.perform }
      expect([stored(task), heard.size]).to match([be_failed, 1])
    ensure
      ActiveSupport.error_reporter.unsubscribe(subscriber)
    end

    it "are not missed where a queue takes none: the sweep comes by" do
      allow(Operations::ApplicationJob).to receive(:queue_adapter).and_return(refusing)
      expect(logged { StoredTasks::Parcel.later }).to include("1 of 1 tasks were not taken by their queue and are left to the sweep: full")
      allow(Operations::ApplicationJob).to receive(:queue_adapter).and_call_original
      expect(Operations.sweep).to include(dispatched: 1)
    end

    it "are nobody's failure who did not ask for them, when the queue's database is away" do
      allow(refusing).to receive(:enqueue).and_raise(ActiveRecord::ConnectionNotEstablished, "away")
      allow(Operations::ApplicationJob).to receive(:queue_adapter).and_return(refusing)
      shipment = nil
      said = logged { shipment = StoredTasks::Shipment.call(weights: [1]) }
      expect(said).to include("1 tasks are left to the sweep: ActiveRecord::ConnectionNotEstablished: away")
      expect { shipment.sub_tasks.first.call(immediate: true) }.to raise_error(ActiveRecord::ConnectionNotEstablished)
      logged { Operations::ExecuteTaskJob.perform_now(shipment.sub_tasks.first.id, "StoredTasks::Parcel") }
      expect([stored(shipment).status, stored(shipment.sub_tasks.first).status]).to eq(%i[waiting completed])
    end

    it "delete the old ones of a class", req: "O-74" do
      2.times { ended }
      keep = storage.save(StoredTasks::Parcel.new(status: :completed, delete_at: Time.now - 1))
      StoredTasks::Letter.delete_old
      expect(jobs).to eq([["Operations::DeleteOldTaskJob", ["StoredTasks::Letter"], "default"]])
      expect { PerformedJobs.perform }.to change(rows, :count).by(-2)
      expect(stored(keep)).to be_completed
    end

    include_context "stored letters"
  end

  describe "[sweep]" do
    before do
      Operations.executor = PerformedJobs.new
      PerformedJobs.forget
    end

    def jobs = PerformedJobs.listed

    def parcels(count, **fields) = Array.new(count) { storage.save(StoredTasks::Parcel.new(status: :waiting, wake_at: Time.now - 1, **fields)) }

    it "enqueues what is due, by one call, and wakes_at stays" do
      tasks = parcels(3)
      later = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 600))
      expired = storage.save(StoredTasks::Offer.new(status: :waiting, wake_at: Time.now + 600, timeout_at: Time.now - 1))
      expect(ActiveJob).to receive(:perform_all_later).once.and_call_original
      expect { expect(Operations.sweep).to eq(dispatched: 4, failed: 0, deleted: 0) }.not_to change { rows.order(:id).pluck(:wakes_at, :version) }
      expect(jobs.map { |job| job[1].first }).to match_array([*tasks, expired].map(&:id))
      PerformedJobs.perform
      expect(stored(expired).current_state).to eq("withdrawn")
      expect([stored(later).status, *tasks.map { |task| stored(task).status }]).to eq(%i[waiting completed completed completed])
    end

    it "enqueues a backlog once, and again only after a while: longer, the longer it has been due" do
      parcels(1)
      old = parcels(1, wake_at: Time.now - 600).first
      expect([Operations.sweep[:dispatched], Operations.sweep[:dispatched]]).to eq([2, 0])
      storage.clock.advance(31)
      expect(Operations.sweep[:dispatched]).to eq(1)
      storage.clock.advance(600)
      Operations.sweep
      expect(jobs.count { |job| job[1].first == old.id }).to eq(2)
    end

    it "shares the due tasks among those who sweep at once" do
      parcels(40)
      disconnect
      found = Array.new(3) { in_fork { Operations.storage.dispatch(limit: 1000).map(&:id) } }.flat_map(&:value)
      expect(found).to match_array(rows.pluck(:id))
    end

    it "goes on with the task of a process that died, which counts", req: "O-34" do
      task = storage.save(StoredTasks::Parcel.new)
      expect(Operations.sweep).to include(dispatched: 0)
      be_abandoned
      expect(Operations.sweep).to include(dispatched: 1, failed: 0)
      expect(row(task).deaths).to eq(1)
      PerformedJobs.perform
      expect(stored(task)).to be_completed
    end

    it "goes on at once with a task whose process the queue has seen die" do
      mine, theirs = Array.new(2) { storage.save(StoredTasks::Parcel.new) }
      host, pid = ActiveDataFlow::RunStore.owner.split(":")
      rows.where(id: theirs.id).update_all(claimed_by: "#{host}:#{pid}1:abc")
      ids = [mine, theirs].map(&:id)
      expect([storage.end_leases(owners: ["#{host}:#{pid}"], ids: [theirs.id]), storage.end_leases(owners: ["#{host}:1"], ids:)]).to eq([0, 0])
      expect(Operations.sweep[:dispatched]).to eq(0)
      expect(storage.end_leases(owners: ["#{host}:#{pid}"], ids:)).to eq(1)
      Operations::WakeTaskJob.perform_now(mine.id, mine.type)
      expect([stored(mine).status, stored(theirs).status]).to eq(%i[completed active])
    end

    it "fails the task that has ended three, and tells its parent", req: "O-34" do
      parent = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 600))
      task = storage.save(StoredTasks::Parcel.new(parent_task_id: parent.id))
      rows.where(id: task.id).update_all(deaths: 2)
      be_abandoned
      expect(Operations.sweep).to include(failed: 1)
      expect(stored(task)).to have_attributes(status: :failed, exception_message: /ended the process that ran it 3 times in :weighed/)
      expect(stored(parent).wake_at).to be <= Time.now
    end

    it "goes on with the others where the class of one that was left is not known" do
      lost, found = Array.new(2) { storage.save(StoredTasks::Parcel.new) }
      lose_class(lost)
      rows.where(id: lost.id).update_all(deaths: 2)
      be_abandoned
      expect(Operations.sweep).to eq(dispatched: 1, failed: 0, deleted: 0)
      expect(jobs.map { |job| job[1].first }).to eq([found.id])
    end

    it "ends who was only slow, when he comes back" do
      task = storage.save(StoredTasks::Parcel.new)
      be_abandoned
      Operations.sweep
      expect { task.call }.not_to raise_error
      expect(row(task)).to have_attributes(task_status: 10, current_state: "weighed")
    end

    it "leaves a task alone whose class only a newer version has, and fails it after an hour" do
      parent = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 9000))
      lost, = parcels(1, parent_task_id: parent.id)
      lose_class(lost)
      found, = parcels(1)
      said = logged { expect(Operations.sweep).to eq(dispatched: 1, failed: 0, deleted: 0) }
      expect(said).to include("task #{lost.id} waits for a version of this program that knows it: no class Gone is there")
      expect(jobs.map { |job| job[1].first }).to eq([found.id])
      storage.clock.advance(31)
      expect(Operations.sweep[:failed]).to eq(0)
      at(Time.now + 3601) do
        storage.clock.advance(31)
        expect(Operations.sweep[:failed]).to eq(1)
      end
      expect(row(lost)).to have_attributes(task_status: -1, data: include("no class Gone is there"))
      expect(stored(parent).wake_at).to be < Time.now + 4000
    end

    it "leaves a task alone in a state that only a newer version has, until that wakes it" do
      task, = parcels(1)
      rows.where(id: task.id).update_all(current_state: "repacked")
      Operations.sweep
      said = logged { PerformedJobs.perform }
      expect(said).to match(/task #{task.id} waits.*:repacked, a state that StoredTasks::Parcel does not have/)
      expect(row(task).task_status).to eq(10)
      rows.where(id: task.id).update_all(current_state: "weighed")
      storage.clock.advance(31)
      Operations.sweep
      PerformedJobs.perform
      expect(stored(task)).to be_completed
    end

    it "takes a crafted type for no constant", req: "O-82" do
      parcels(1)
      rows.update_all(type: "Kernel")
      expect(Operations.sweep).to include(dispatched: 0)
      expect { Operations::WakeTaskJob.new(rows.first.id, "Kernel").perform_now }.not_to change { row(rows.first).task_status }
    end

    it "deletes old tasks, so many at a time" do
      ids = Array.new(3) { storage.save(StoredTasks::Parcel.new(status: :completed, delete_at: Time.now - 1)).id }
      expect(Operations.sweep).to include(deleted: ids.size)
      expect(rows.count).to eq(0)
    end

    it "wakes those of one class when that is asked", req: "O-74" do
      parcels(2)
      storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now - 1))
      expect([StoredTasks::Letter.wake_sleeping, StoredTasks::Letter.wake_sleeping]).to eq([1, 0])
      expect(jobs.map { |job| job[1].last }).to eq(["StoredTasks::Letter"])
    end

    it "does nothing in a program without a table of tasks" do
      TasksInADatabase.run { |connection| connection.rename_table(:operations_tasks, :elsewhere) }
      expect(Operations.sweep).to eq(dispatched: 0, failed: 0, deleted: 0)
      expect { Operations::Runner.new.tick }.to raise_error(Operations::Error, /there is no table operations_tasks/)
    ensure
      TasksInADatabase.run { |connection| connection.rename_table(:elsewhere, :operations_tasks) }
    end

    it "does nothing where there are no jobs, or the storage is this process's own" do
      parcels(1)
      Operations.executor = Operations::Executor::Inline.new
      expect(Operations.sweep).to eq(dispatched: 0, failed: 0, deleted: 0)
      Operations.executor = PerformedJobs.new
      Operations.storage = Operations::Storage::Memory.new
      expect(Operations.sweep).to eq(dispatched: 0, failed: 0, deleted: 0)
    end
  end
end
