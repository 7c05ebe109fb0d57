# frozen_string_literal: true

require "securerandom"

module Operations
  module Storage
    class ActiveRecord < Base
      # Storing tasks: one guarded statement for a transition, a transaction where there is more to store with it.
      module Writing
        # Two statements, each with an index: together they would lock what they look through, where they lock.
        SAME = {unique_key: "unique_key = :unique_key", start_key: "parent_id = :parent AND start_key = :start_key"}.freeze
        private_constant :SAME

        # (see Base#save)
        def save(task)
          done = surely(task) { |version| written(task, version) }
          return stored(task, done) if done

          refuse_taken_key(task) if task.unique_key && !task.version_in(self) && with_connection { |connection| unfinished_like(connection, task) }
          refuse_old_copy(task)
        end

        # (see Base#insert)
        def insert(task)
          return save(task) if task.version_in(self) || task.unique_key.nil?
          return super unless setup.schema.complete?

          added, there = together { |connection| add_or_find(connection, task) }
          added ? stored(task, added) : there
        end

        # (see Base#save_with)
        def save_with(task, children)
          children.each { |child| child.start_key ||= SecureRandom.hex(8) } # so that written again it is the same
          others = nil
          done = surely(task) do |version|
            together do |connection|
              written = write(connection, task, version) || raise(::ActiveRecord::Rollback)
              others = children.map { |child| add_child(connection, task, child) }
              yield if block_given?
              written
            end
          end
          return refuse_old_copy(task) unless done

          stored(task, done)
          children.zip(others).map { |child, (added, there)| added ? stored(child, added) : child._adopt(there, {}) }
        end

        private

        def written(task, version)
          return together { |connection| write(connection, task, version) || raise(::ActiveRecord::Rollback) } if members?(task, version)

          with_connection { |connection| write(connection, task, version) }
        end

        # @return [Array, nil] id, version and {Row#standing} as they are stored now; nothing is true before the commit
        def write(connection, task, version)
          return add(connection, task) unless version
          return step(connection, task, version) if stepping?(task, version)

          with_data = data_to_store?(task)
          task._touch(setup.guard.moment(version, Clock.now_us))
          life = task._life
          standing = setup.rows.standing(task, life)
          moved = moved_only?(task, version, standing)
          statement, values = moved ? move(connection, task, life, with_data) : update(connection, task, life, with_data)
          return unless statement.value(connection, values.merge!(id: task.id, **setup.guard.values(version)))

          setup.participants.store(connection, task) if with_data && members?(task, version)
          [task.id, setup.guard.after(version, task), standing]
        rescue ::ActiveRecord::RecordNotUnique => error
          error.message.include?("unique_key") ? refuse_taken_key(task) : raise
        end

        def refuse_taken_key(task)
          raise InvalidState.new("#{task} cannot go on: another unfinished task holds the same unique_by key. Wait for it, or end it first.", task)
        end

        def move(connection, task, life, with_data)
          [setup.statements[:move, with_data, unflushed?(connection, task)], setup.rows.move_values(task, life, with_data)]
        end

        def update(connection, task, life, with_data)
          values = setup.rows.values(task, life, with_data)
          [setup.statements[:update, values[:status], with_data, unflushed?(connection, task)], values]
        end

        # On the way of a burst nearly all writes are steps: from one immediate state to the next, with nothing else to be worked out.
        def stepping?(task, version)
          known, standing = task._written
          known == version && standing.between_states? && standing.parent_id == task.parent_task_id && setup.schema.complete? &&
            task.class.unique_names.nil? && task.class.indexed_attributes.empty? && task._stepping?
        end

        def step(connection, task, version)
          with_data = task._data_changed?
          values = setup.rows.step_values(task, with_data)
          values[:id] = task.id
          values[:version] = version
          return unless setup.statements.step(with_data, unflushed?(connection, task)).value(connection, values)

          task._stepped
          [task.id, version + 1, task._written.last]
        end

        # Who has written this very version knows what stands in the row, as long as it is active: only the wake of a
        # waiting one is moved without a new version.
        def moved_only?(task, version, standing)
          task.active? && task._written == [version, standing] && setup.schema.complete?
        end

        def add(connection, task)
          task.id ||= new_id
          task._touch(Clock.now_us)
          life = task._life
          values = setup.rows.values(task, life, true)
          id = setup.statements[:insert, !task.id.nil?, task.active?].value(connection, {**values, id: own_id(task), type: task.type, start_key: task.start_key})
          return unless id

          setup.participants.store(connection, task, id) if members?(task, nil)
          [id, setup.guard.after(nil, task), setup.rows.standing(task, life)]
        end

        # @return [Array] what {add} returns, or nil and the task that counts as the same
        def add_or_find(connection, task)
          Kernel.loop do
            added = add(connection, task)
            return [added, nil] if added

            there = unfinished_like(connection, task)
            return [nil, there] if there # or it has just ended, and the place is free
          end
        end

        def add_child(connection, task, child)
          child.parent_task_id = task.id
          add_or_find(connection, child)
        end

        def unfinished_like(connection, task)
          same = {unique_key: task.unique_key, start_key: task.start_key, parent: task.parent_task_id}
          row = SAME.lazy.filter_map { |key, where| setup.statements[:now, where].row(connection, same) if same[key] }.first
          return setup.rows.task(row) if row

          refuse_old_copy(task) if task.id && setup.statements[:select, "id = :id"].row(connection, id: own_id(task))
        end

        # Tells the task, after the commit.
        def stored(task, (id, version, standing))
          task.id ||= id
          task._written = [version, standing]
          task.active? ? @leases.hold(id) : @leases.drop(id)
          task.stored_as(self, version)
        end

        # On the way through a burst what has not changed need not be written. Elsewhere the error may have come or gone,
        # which stands in the same column.
        def data_to_store?(task) = !task._running? || task.failed? || task._data_changed?

        # States on the way of a burst survive the death of this process, and the last one flushes them all.
        def unflushed?(connection, task)
          task.active? && task._running? && task.class.durability == :burst && !connection.transaction_open?
        end

        # Participants stand in a table of their own.
        def members?(task, version)
          task.class.indexed_attributes.any? && (version.nil? || data_to_store?(task)) && setup.schema.participants?
        end

        def own_id(task)
          return if task.id.nil?

          setup.schema.key(task.id) || raise(ArgumentError, "#{task.id.inspect} cannot be the id of a task in #{Columns::TASKS}")
        end

        def together
          database.begun_again(patient: true) { database.transaction { |connection, _alone| yield connection } }
        end
      end
    end
  end
end
