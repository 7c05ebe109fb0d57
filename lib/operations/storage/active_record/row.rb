# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # A task as the values of its row, and back.
      class Row
        # @param storage [ActiveRecord]
        # @param schema [Schema]
        # @param guard [VersionGuard, ContentGuard]
        def initialize(storage, schema, guard)
          @storage = storage
          @schema = schema
          @guard = guard
        end

        # As ActiveRecord writes moments: what is compared with what it has written has to be the same text.
        # @param us [Integer, nil] microseconds since the epoch
        # @return [String, nil]
        def self.moment(us)
          us && Clock.time(us).strftime((us % 1_000_000).zero? ? "%F %T" : "%F %T.%6N")
        end

        # What each write has.
        # @param task [Operations::Task]
        # @return [Hash{Symbol => Object}] `data` nil when it need not be written
        def values(task, with_data)
          status, state, entered, wake, timeout, delete, completed, failed, steps, attempts, created, updated = task._life
          {
            status:, state:, steps:, attempts:, entered: moment(entered), wake: moment(wake), timeout: moment(timeout),
            delete: moment(delete), completed: moment(completed), failed: moment(failed), created: moment(created),
            updated: moment(updated), now: moment(updated), parent: parent_key(task), data: (DataColumn.of(task) if with_data),
            unique_key: (task.unique_key unless task._finished?), history: JSON.generate(task._trail_now), owner: ActiveDataFlow::RunStore.owner
          }
        end

        # @param row [Array] as {Statements::READ} names it
        # @return [Operations::Task]
        # @raise [Error] when its class is not there
        def task(row)
          id, version, type, status, state, entered, *moments, steps, attempts, created, updated, parent, data, history = row
          task_class = Registry.fetch(type)
          wake, timeout, delete, completed, failed = moments.map { |moment| Clock.us(moment) }
          created = Clock.us(created)
          updated = Clock.us(updated)
          entered = Clock.us(entered) || task_class.entered_us(timeout, created)
          life = [status, state, entered, wake, timeout, delete, completed, failed, steps || 0, attempts || 0, created, updated]
          trail = history ? JSON.parse(history) : [state, entered, History::STAYED, nil]
          task_class.from_row([id, @guard.read(version, status, state, updated), type, life, parent, *DataColumn.read(task_class, data), trail], @storage, false)
        end

        private

        def moment(us) = self.class.moment(us)

        def parent_key(task)
          parent = task.parent_task_id
          return if parent.nil?

          @schema.key(parent) || raise(ArgumentError, "#{task} cannot have #{parent.inspect} as its parent_task_id: no task here has such an id")
        end
      end
    end
  end
end
