# frozen_string_literal: true

# Part of tasks_in_a_database_contract.rb: what is on the disk, and when. Only PostgreSQL knows a difference.
RSpec.shared_examples "durability of tasks" do
  describe "[durability]" do
    def steps(&body)
      task_class("Burst") do
        define_singleton_method(:after_one) { |&block| @after_one = block }
        class_eval(&body) if body
        starts_with :one
        action(:one) { Wake.create!(task_id: id) }.then(:two)
        action(:two, &@after_one || proc {}).then(:done)
        result :done
      end
    end

    def unflushed = /synchronous_commit/

    it "leaves the flush of states on the way to the last one", if: TasksInADatabase::KIND == :postgresql do
      klass = steps
      said = statements { klass.call }.grep(/operations_tasks/)
      expect(said.map { |text| text.match?(unflushed) }).to eq([false, true, false])
    end

    it "leaves the session as it was, and the author's own writes", if: TasksInADatabase::KIND == :postgresql do
      seen = []
      klass = steps { after_one { seen << TasksInADatabase.run { |connection| connection.select_value("SHOW synchronous_commit") } } }
      klass.call
      expect(seen << sql("SHOW synchronous_commit").first.first).to eq(%w[on on])
    end

    it "flushes each transition where the class or the configuration says so" do
      klass = steps { durability :every_transition }
      expect(statements { klass.call }.grep(unflushed)).to eq([])
      Operations.durability = :every_transition
      expect(statements { steps.call }.grep(unflushed)).to eq([])
    end

    it "sets nothing in a transaction that is not ours" do
      klass = steps
      said = statements { ActiveRecord::Base.transaction { klass.call } }
      expect(said.grep(unflushed)).to eq([])
    end

    it "flushes the last state of a burst that falls asleep" do
      klass = task_class("Dozing") do
        starts_with :one
        action(:one) {}.then(:awake?)
        wait_until(:awake?) { condition { false } and go_to(:done) }
        result :done
      end
      expect(statements { klass.call }.last).not_to match(unflushed)
    end
  end
end
