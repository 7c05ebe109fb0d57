# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: a server that ends the session of who is about to store a transition.
RSpec.shared_examples "tasks whose connection is lost" do
  describe "[lost connection]", unless: TasksInADatabase::KIND == :sqlite do
    # Ends the session that this thread has.
    def self.end_session
      own = TasksInADatabase.run { |connection| connection.select_value((TasksInADatabase::KIND == :mysql) ? "SELECT CONNECTION_ID()" : "SELECT pg_backend_pid()") }
      return Mysql.with_client { |admin| admin.query("KILL #{own}") } if TasksInADatabase::KIND == :mysql

      PG.connect(host: Postgresql.folder, user: "postgres", dbname: "postgres").tap { |admin| admin.exec("SELECT pg_terminate_backend(#{own})") }.close
    end

    let(:klass) do
      group = self.class
      task_class("Unlucky") do
        has_attribute :text
        starts_with :write
        action(:write) do
          Wake.create!(task_id: id, pid: Process.pid)
          self.text = "written"
          group.end_session
        end.then(:read)
        action(:read) {}.then(:done)
        result :done
      end
    end

    it "before the transition was stored: it is stored, and the handler is not repeated" do
      task = klass.call
      expect(stored(task)).to have_attributes(status: :completed, text: "written", exception_class: nil)
      expect(Wake.count).to eq(1)
      expect(stored(task).history.map(&:state)).to eq(%w[write read done])
    end

    it "before it was stored with a sub-task: both are there once" do
      klass.class_eval { action(:end) { start(StoredTasks::Parcel) && end_it }.then(:done) }
      group = self.class
      klass.define_method(:end_it) { group.end_session }
      task = klass.new(current_state: :end).tap(&:save!).call
      expect(stored(task)).to be_completed
      expect(stored(task).sub_tasks.size).to eq(1)
    end

    def reconfigure(name)
      sql("ALTER SYSTEM SET synchronous_standby_names = '#{name}'") && sql("SELECT pg_reload_conf()")
      sleep 0.01 until sql("SHOW synchronous_standby_names") == [[name]]
    end

    it "in a handler with transaction: true: nothing of that is there, which is no failure, and it is run again" do
      group = self.class
      tries = 0
      whole = task_class("Whole") do
        action(:start, transaction: true) do
          Wake.create!(task_id: id, pid: Process.pid)
          group.end_session if (tries += 1) == 1
        end.then(:done)
        result :done
      end
      task = whole.call
      expect(stored(task)).to have_attributes(status: :waiting, current_state: "start", exception_class: nil)
      expect(Wake.count).to eq(0)
      Operations::Runner.new.tick
      expect(stored(task)).to be_completed
      expect([Wake.count, row(task).deaths]).to eq([1, 0])
    end

    # Its commit is done on the server when the session is ended; the client is told that it is lost.
    def lose_the_answer(query)
      reconfigure("nobody")
      worker = Thread.new { yield }
      waits = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '#{query}'"
      sleep 0.01 until sql("SELECT 1 #{waits}").any?
      sql("SELECT pg_terminate_backend(pid) #{waits}")
      reconfigure("")
      worker.value
    ensure
      reconfigure("")
    end

    it "after its commit, the answer lost, with transaction: true: it is known, and nothing is repeated", if: TasksInADatabase::KIND == :postgresql do
      whole = task_class("Whole") do
        action(:start, transaction: true) { Wake.create!(task_id: id, pid: Process.pid) }.then(:two)
        action(:two) {}.then(:done)
        result :done
      end
      task = storage.save(whole.new)
      lose_the_answer("COMMIT%") { task.call }
      expect(stored(task)).to have_attributes(status: :waiting, current_state: "two", exception_class: nil)
      Operations::Runner.new.tick
      expect(stored(task)).to have_attributes(status: :completed)
      expect(Wake.count).to eq(1)
    end

    it "after it was claimed, the answer lost: it is as due as before, and nobody counts a death", if: TasksInADatabase::KIND == :postgresql do
      quiet = task_class("Quiet") { action(:start) {}.then(:done) and result(:done) }
      task = storage.save(quiet.new(status: :waiting, wake_at: Time.now))
      lose_the_answer("%UPDATE operations_tasks SET deaths%") { task.wake_up! }
      expect(stored(task)).to have_attributes(status: :waiting, wake_at: be <= Time.now)
      expect(row(task)).to have_attributes(deaths: 0, claimed_by: nil)
      expect(Operations::Runner.new.tick).to include(woken: 1)
      expect(stored(task)).to be_completed
    end

    it "after it was stored, its answer lost: it is known, and nothing is repeated", if: TasksInADatabase::KIND == :postgresql do
      quiet = task_class("Quiet") do
        durability :every_transition
        starts_with :one
        action(:one) {}.then(:two)
        action(:two) {}.then(:done)
        result :done
      end
      task = storage.save(quiet.new)
      expect(lose_the_answer("%UPDATE operations_tasks%") { task.call }).to be_completed
      expect(stored(task).history.map(&:state)).to eq(%w[one two done])
    end
  end
end
