# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: what a write of a task sends, and what becomes of it in a connection that the
# application uses in its own ways.
RSpec.shared_examples "writes of tasks" do
  describe "[writes]" do
    let(:walk) do
      task_class("Walk") do
        singleton_class.attr_accessor :in_two
        has_attribute :count, :integer, default: 0
        timeout 3600
        starts_with :one
        action(:one) { self.count += 1 }.then(:two)
        action(:two) { self.class.in_two&.call(self) }.then(:three)
        action(:three) {}.then(:done)
        result :done
      end
    end

    # What is written outside a transaction is committed by itself.
    def commits
      count = 0
      listener = lambda do |*, payload|
        alone = payload[:sql].start_with?("INSERT", "UPDATE", "DELETE") && !payload[:connection].transaction_open?
        count += 1 if alone || payload[:sql].start_with?("COMMIT")
      end
      ActiveSupport::Notifications.subscribed(listener, "sql.active_record") { yield }
      count
    end

    def seen_in_two(task_class)
      seen = nil
      storage = self.storage
      task_class.in_two = ->(task) { seen = yield(storage.find(task.id), task) }
      task_class.call
      seen
    end

    it "are one commit for each state (the end goes with the way to it), one for a claim, and one where a parent hears of an end" do
      expect(commits { walk.call }).to eq(4)
      child = StoredTasks::Shipment.call(weights: [1]).sub_tasks.first
      expect(commits { child.wake_up! }).to eq(child.history.size + 1)
    end

    it "leave indexes alone on the way of a burst" do
      said = statements { walk.call }.grep(/\AUPDATE/)
      indexed = %w[task_status wakes_at expires_at delete_at parent_id unique_key]
      expect(said.map { |text| indexed.any? { |name| text.match?(/\b#{name} =/) } }).to eq([false, false, true])
    end

    it "keep the timeout of each state in sight" do
      seen = seen_in_two(walk) { |stored, task| [stored.timeout_at, task.timeout_at, stored.history.last.at + 3600] }
      expect(seen.uniq.size).to eq(1)
    end

    it "keep the timeout of what a dead process left" do
      task = storage.save(walk.new)
      be_abandoned
      expect { storage.recover(limit: 10) }.to change { stored(task).status }.to(:waiting)
      expect(stored(task).timeout_at).to eq(task.timeout_at)
    end

    it "leave a wait without a timeout where its author has taken that away" do
      task = StoredTasks::Shipment.call(weights: [1])
      task.update!(timeout_at: nil)
      expect { storage.claim(task.id) && stored(task) }.not_to change { stored(task).timeout_at }.from(nil)
    end

    it "store what changes beside the state" do
      keys = []
      rows = self.rows
      numbered = task_class("Numbered") do
        has_attribute(:number, :integer)
        unique_by(:number)
        starts_with :one
        action(:one) { self.number += 1 }.then(:two)
        action(:two) { keys << rows.find(id).unique_key << unique_key }.then(:done)
        result :done
      end
      numbered.call(number: 1)
      expect(keys.uniq.size).to eq(1)
    end

    it "are refused where the application prevents writes" do
      task = walk.call
      expect { ActiveRecord::Base.while_preventing_writes { task.update!(count: 7) } }.to raise_error(ActiveRecord::ReadOnlyError)
      expect(stored(task).count).to eq(1)
    end

    it "are part of the application's transaction" do
      ActiveRecord::Base.transaction { walk.call and raise ActiveRecord::Rollback }
      expect(rows.count).to eq(0)
    end

    it "leave no old answer in a query cache" do
      task = walk.call
      ActiveRecord::Base.cache do
        expect { task.update!(count: 7) }.to change { JSON.parse(row(task).data)["count"] }.from(1).to(7)
      end
    end

    it "need no prepared statements, and bear comments in them" do
      TasksInADatabase.run { |connection| connection.unprepared_statement { expect(walk.call).to be_completed } }
      ActiveRecord.query_transformers << ->(sql, _connection) { "#{sql} /* told */" }
      expect(statements { walk.call }).to all(match(%r{/\* told \*/( RETURNING `id`)?\z}))
    ensure
      ActiveRecord.query_transformers.clear
    end

    it "are prepared again when the type of a column has changed", if: TasksInADatabase::KIND == :postgresql do
      walk.call
      sql("ALTER TABLE operations_tasks ALTER id TYPE integer")
      expect(walk.call).to be_completed
    ensure
      sql("ALTER TABLE operations_tasks ALTER id TYPE bigint")
      disconnect
    end
  end
end
