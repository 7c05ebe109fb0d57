# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: what InnoDB does that the others do not.
RSpec.shared_examples "tasks on MySQL" do
  describe "[innodb]", if: TasksInADatabase::KIND == :mysql do
    # Runs the block while another session has done something in a transaction that is open.
    # @yieldparam session [Queue] of SQL that it is to run yet; its thread ends with its commit
    def beside(*sql)
      orders, done = Queue.new, Queue.new
      orders.extend(Module.new { define_method(:close) { super().tap { done.pop } } })
      session = Thread.new { in_session(sql, orders, done) }
      done.pop
      yield orders
    ensure
      orders.close unless orders.closed?
      session.value
    end

    def in_session(sql, orders, done)
      Mysql.with_client(database: TasksInADatabase.config.fetch(:database)) do |client|
        ["BEGIN", *sql].each { |text| client.query(text) }
        done << true
        while (text = orders.pop)
          client.query(text)
        end
        client.query("COMMIT")
        done << true
      end
    end

    # So much has it written that of two who wait for each other it is not the one to give way.
    def heavy = "INSERT INTO wakes (pid) VALUES #{(["(0)"] * 50).join(", ")}"

    def until_somebody_waits
      Mysql.with_client { |client| sleep 0.01 until client.query(Mysql::WAITING).any? }
    end

    # @return [Class] of which there is one unfinished task of a number
    def single(name)
      task_class(name) do
        has_attribute :number
        unique_by :number
        wait_until(:start) { condition { false } and go_to(:done) }
        result :done
      end
    end

    def locked(task) = "SELECT 1 FROM operations_tasks WHERE id = #{task.id} FOR UPDATE"

    it "has a claim pass over a row that is locked, and a signal wait for it", req: "O-63" do
      task = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now + 600))
      beside(locked(task)) do |session|
        expect(storage.claim(task.id, Time.now + 700)).to be(false)
        signal = Thread.new { storage.signal(task.id) }
        until_somebody_waits
        session.close
        expect(signal.value).to be(true)
      end
      expect(storage.claim(task.id)).to be(true)
    end

    it "has the sweep pass over rows that are locked" do
      Operations.executor = PerformedJobs.new
      tasks = Array.new(2) { storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: Time.now - 1)) }
      beside(locked(tasks.first)) { expect(storage.dispatch(limit: 10).map(&:id)).to eq([tasks.last.id]) }
      expect(storage.dispatch(limit: 10).map(&:id)).to eq([tasks.first.id])
    end

    it "stores a transition with its sub-tasks again when the database has taken it back for another" do
      unique = single("Only")
      family = task_class("Family") { action(:start) { start unique, number: 1 }.then(:done) and result(:done) }
      task = storage.save(family.new)
      key = unique.new(number: 1).unique_key
      added = "INSERT INTO operations_tasks (unique_key, type, created_at, updated_at) VALUES ('#{key}', 'Nobody', NOW(), NOW())"
      beside(heavy, added) do |session|
        run = Thread.new { task.call }
        until_somebody_waits
        session << "UPDATE operations_tasks SET delete_at = NULL WHERE id = #{task.id}" << "DELETE FROM operations_tasks WHERE type = 'Nobody'"
        session.close
        run.value
      end
      expect(stored(task)).to be_completed
      expect(stored(task).sub_tasks.map(&:number)).to eq(["1"])
    end

    it "runs a handler again whose transaction was taken back for another: that is no failure" do
      first, second = Array.new(2) { User.create!(name: "Ada") }
      tries = 0
      klass = task_class("Renaming") do
        action(:start, transaction: true) do
          tries += 1
          [first, second].each { |user| User.where(id: user.id).update_all("name = CONCAT(name, '!')") }
        end.then(:done)
        result :done
      end
      task = storage.save(klass.new(status: :waiting, wake_at: Time.now))
      beside(heavy, "UPDATE users SET name = 'Bob' WHERE id = #{second.id}") do |session|
        run = Thread.new { task.wake_up! }
        until_somebody_waits
        session << "UPDATE users SET name = 'Bob' WHERE id = #{first.id}"
        session.close
        run.value
      end
      expect(stored(task)).to have_attributes(status: :waiting, exception_class: nil)
      Operations::Runner.new.tick
      expect([stored(task).status, row(task).deaths, tries]).to eq([:completed, 0, 2])
      expect(User.pluck(:name)).to eq(%w[Bob! Bob!])
    end

    context "in a transaction of the application's, which goes on seeing what there was at its beginning" do
      def elsewhere(&) = Thread.new(&).value

      it "finds the task that counts as the same" do
        unique = single("Only")
        there = found = nil
        ActiveRecord::Base.transaction do
          expect(rows.count).to eq(0)
          there = elsewhere { unique.later(number: 1) }
          found = unique.later(number: 1)
        end
        expect(found.id).to eq(there.id)
      end

      it "serves an interaction on what others have stored meanwhile" do
        letter = StoredTasks::Letter.call
        ActiveRecord::Base.transaction do
          expect(rows.count).to eq(1)
          elsewhere { StoredTasks::Letter.find(letter.id).stamp!("first") }
          letter.stamp!("second")
        end
        expect(stored(letter).stamps).to eq(%w[first second])
      end
    end

    it "tells apart what its collations do not" do
      small, large = %w[Mail MAIL].map { |name| single(name) }
      tasks = [small, large].map { |klass| klass.later(number: 1) }
      expect(tasks.map(&:id).uniq.size).to eq(2)
      expect([small, large].map { |klass| storage.all(klass) }).to eq([tasks.take(1), tasks.drop(1)])
    end

    it "keeps models apart whose ids differ in case only", req: "O-49" do
      named = stub_const("Named", Struct.new(:id) { define_singleton_method(:find) { |id| new(id) } })
      klass = task_class("Visit") { has_model(:guest, "Named") and index(:guest) and wait_until(:start) { condition { false } and go_to(:done) } and result(:done) }
      ab, other = [named.new("ab"), named.new("AB")].map { |guest| klass.later(guest:) }
      expect([storage.tasks_of(named.new("ab")), storage.tasks_of(named.new("AB"))]).to eq([[ab], [other]])
      storage.forget(named.new("ab"))
      expect([storage.tasks_of(named.new("ab")), storage.tasks_of(named.new("AB"))]).to eq([[], [other]])
    end

    it "forgets the parent of a task when that was deleted" do
      parent = StoredTasks::Shipment.call(weights: [1])
      child = parent.sub_tasks.first
      storage.delete(parent.id)
      child.update!(weight: 2)
      expect(stored(child)).to have_attributes(parent_task_id: nil, weight: 2)
    end

    it "keeps moments to the microsecond, and texts of more than 64 KiB" do
      moment = Time.at(1_800_000_000, 123_456)
      task = storage.save(StoredTasks::Letter.new(status: :waiting, wake_at: moment, text: "ü" * 70_000))
      expect(stored(task)).to have_attributes(wake_at: moment, text: "ü" * 70_000)
    end

    [true, false].each do |prepared_statements|
      it "is spoken to by mysql2 as well, #{prepared_statements ? "with" : "without"} prepared statements", if: TasksInADatabase::KIND == :mysql && Mysql.client?("mysql2") do
        record = stub_const("ByMysql2", Class.new(ActiveRecord::Base) { self.abstract_class = true })
        record.establish_connection(**TasksInADatabase.config, adapter: "mysql2", prepared_statements:)
        Operations.storage = described_class.new(connection_class: record)
        shipment = StoredTasks::Shipment.call(weights: [1, 200])
        3.times { Operations::Runner.new.tick }
        expect(stored(shipment)).to have_attributes(status: :completed, current_state: "broken")
        expect(Operations.storage.delete_old(before: Time.now + (365 * 86_400))).to eq(3)
      ensure
        record.connection_pool.disconnect!
      end
    end
  end
end
