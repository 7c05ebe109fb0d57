# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What becomes of a write whose answer was lost with the connection. That is neither a death nor a failure of the
      # task: the guard is moved on, which ends a write that is still on its way, and the same is written again. That does
      # no harm where it was stored already: sub-tasks are found by their keys.
      module Outcomes
        # How long the database may be away, the pause between two looks, both in seconds; and how often it may go.
        PATIENCE = 60
        PAUSE = 0.2
        TIMES = 3
        private_constant :PATIENCE, :PAUSE, :TIMES

        private

        # @param task [Operations::Task]
        # @yieldparam version [Object, nil] that the write has to find
        # @yieldreturn [Array, nil] id and version as they are stored, nil where nothing matched
        # @return [Array, nil] the same
        def surely(task)
          done = nil
          version = task.version_in(self)
          lost = 0
          begin
            done = yield version
          rescue ::ActiveRecord::ActiveRecordError => error
            raise unless mendable?(version, error) && (lost += 1) <= TIMES

            Operations.logger.warn("#{task}: the database was lost while it was stored, and is waited for: #{error.message}")
            retry if (version = version_after_loss(task, version))
          end
          done
        ensure
          # Who runs it and could not store it is at its end, or says otherwise at the next transition.
          @leases.drop(task.id) if !done && task.id && task._running?
        end

        # A claim whose answer was lost is given back, whether it was made or not: the task is as due as it was before.
        def surely_claimed(values, &)
          with_connection(&)
        rescue ::ActiveRecord::ActiveRecordError => error
          raise unless setup.schema.complete? && database.unreachable?(error) && !inside_transaction?

          Operations.logger.warn("the task #{values[:id]}: the database was lost while it was claimed, and is waited for: #{error.message}")
          patiently { |connection| setup.statements[:unclaim].row(connection, values) }
          nil
        end

        # A new task has no guard, and in a transaction that is not ours everything before it is lost as well.
        def mendable?(version, error) = version.is_a?(Integer) && database.unreachable?(error) && !inside_transaction?

        # @return [Integer, nil] nil when somebody else has the task
        def version_after_loss(task, version)
          values = {id: task.id, version:, updated: Row.moment(task._life.last)}
          patiently { |connection| setup.statements[:settle].row(connection, values) }&.first
        end

        def patiently(&)
          ends = monotonic + PATIENCE
          begin
            with_connection(&)
          rescue ::ActiveRecord::ActiveRecordError => error
            raise if !database.unreachable?(error) || monotonic > ends

            Kernel.sleep(PAUSE)
            retry
          end
        end

        def monotonic = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
    end
  end
end
