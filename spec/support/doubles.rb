# frozen_string_literal: true

# Plain objects that stand where a task stands: they have what a handler may lean on, and nothing more.
module Doubles
  # Notes where it is sent.
  class Walker
    attr_accessor :current_state, :ready
    attr_reader :visited

    def initialize(current_state = :here)
      @current_state = current_state
      @visited = []
    end

    def go_to(state) = @visited << state
  end

  # Notes every block it is asked to run. Its methods take a block and nothing else.
  class Listener < Walker
    attr_reader :executed, :evaluated

    def instance_exec(&block)
      (@executed ||= []) << block
      super
    end

    def instance_eval(&block)
      (@evaluated ||= []) << block
      super
    end
  end

  # Can be called upon and woken; knows nothing of tasks.
  class Clerk
    attr_accessor :current_state
    attr_reader :wakes, :heard

    def initialize(current_state = "open")
      @current_state = current_state
      @wakes = 0
      @heard = []
    end

    def wake_up! = @wakes += 1

    def to_s = "the clerk"
  end

  # Notes every field it is given, as keywords.
  class Ledger
    attr_reader :fields

    def update(**fields) = @fields = fields
  end

  # A storage with nothing but the five documented methods, whose rows are JSON text.
  class JsonStorage < Operations::Storage::Base
    attr_reader :rows

    def initialize
      super
      @rows = {}
    end

    def save(task)
      task.id ||= (@rows.size + 1).to_s
      task.updated_at = Time.now
      @rows[task.id] = JSON.generate(task.to_record.transform_values { |value| value.is_a?(Time) ? value.iso8601(6) : value })
      task.stored_as(self, nil)
    end

    def find(id) = @rows[id] && restored(@rows[id])

    def sleeping_tasks(task_class = nil)
      now = Time.now
      every(task_class).select { |task| task.waiting? && [task.wake_at, task.timeout_at].compact.any? { |time| time <= now } }
    end

    def sub_tasks_of(task) = every(nil).select { |other| other.parent_task_id == task.id }

    def delete_old(task_class = nil, before:)
      old = every(task_class).select { |task| task.delete_at && task.delete_at <= before }
      old.each { |task| @rows.delete(task.id) }.size
    end

    def all(task_class = nil) = every(task_class)

    private

    def every(task_class)
      tasks = @rows.values.map { |row| restored(row) }
      task_class ? tasks.grep(task_class) : tasks
    end

    def restored(row)
      data = JSON.parse(row)
      Operations::Registry.fetch(data["type"]).restore_from(data).stored_as(self, nil)
    end
  end
end
