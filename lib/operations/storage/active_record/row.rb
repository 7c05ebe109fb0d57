# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What a move on the way of a burst leaves as it is in the row.
      Standing = Struct.new(:status, :wake, :timeout, :delete, :completed, :failed, :parent_id, :unique_key) do
        # @return [Boolean] whether the task is at work, and a step to another immediate state changes none of these
        def between_states? = status == Machine::CODES[:active] && !(wake || timeout || delete || completed || failed)
      end

      # A task as the values of its row, and back.
      class Row
        UNFINISHED = Machine::CODES.values_at(:active, :waiting).freeze
        private_constant :UNFINISHED

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
        def self.moment(us) = us && ActiveDataFlow::Native.database_time(us)

        # What each write has.
        # @param task [Operations::Task]
        # @param life [Array] its own
        # @return [Hash{Symbol => Object}] `data` nil when it need not be written
        def values(task, life, with_data)
          status, _state, entered, wake, timeout, delete, completed, failed, _steps, _attempts, created, updated = life
          move_values(task, life, with_data).merge!(
            status:, wake: moment(wake), timeout: moment(timeout_beside(task, status, entered, timeout)), delete: moment(delete),
            completed: moment(completed), failed: moment(failed), created: moment(created), now: moment(updated),
            parent: parent_key(task), unique_key: (task.unique_key unless task._finished?)
          )
        end

        # What a move on the way of a burst has.
        # (see #values)
        def move_values(task, life, with_data)
          _status, state, entered, _wake, _timeout, _delete, _completed, _failed, steps, attempts, _created, updated = life
          {
            state:, steps:, attempts:, entered: moment(entered), updated: moment(updated), data: (DataColumn.of(task) if with_data),
            history: JSON.generate(task._trail_now), owner: ActiveDataFlow::RunStore.owner
          }
        end

        # What a step has, of which nothing but the step itself is worked out.
        # @param task (see #values)
        # @return [Hash{Symbol => Object}]
        def step_values(task, with_data)
          state, at_us, steps, trail = task._step_at_hand
          at = moment(at_us)
          {state:, steps:, attempts: 0, entered: at, updated: at, data: (DataColumn.of(task) if with_data), history: JSON.generate(trail),
           owner: ActiveDataFlow::RunStore.owner}
        end

        # @param task (see #values)
        # @param life (see #values)
        # @return [Standing] which the row is compared with
        def standing(task, life)
          status, _state, entered, wake, timeout, delete, completed, failed = life
          Standing.new(status, wake, timeout_beside(task, status, entered, timeout), delete, completed, failed, task.parent_task_id, task.unique_key)
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
          timeout ||= timeout_of(task_class, state, entered) if UNFINISHED.include?(status)
          life = [status, state, entered, wake, timeout, delete, completed, failed, steps || 0, attempts || 0, created, updated]
          trail = history ? JSON.parse(history) : [state, entered, History::STAYED, nil]
          task_class.from_row([id, @guard.read(version, status, state, updated), type, life, parent, *DataColumn.read(task_class, data), trail], @storage, false)
        end

        private

        def moment(us) = self.class.moment(us)

        # A state that runs at once times out when the task has been in it for so long. That changes with every move and
        # stands in an index, so it is left out, and worked out when the task is read.
        def timeout_beside(task, status, entered, timeout)
          timeout unless status == Machine::CODES[:active] && timeout == timeout_of(task.class, task.current_state, entered)
        end

        # @return [Integer, nil] nil where it has to be stored: in a wait state it is the author's to change
        def timeout_of(task_class, state, entered)
          task_class.timeout_us(entered) if @schema.complete? && task_class.chart.stops[state]&.immediate
        end

        def parent_key(task)
          parent = task.parent_task_id
          return if parent.nil?

          @schema.key(parent) || raise(ArgumentError, "#{task} cannot have #{parent.inspect} as its parent_task_id: no task here has such an id")
        end
      end
    end
  end
end
