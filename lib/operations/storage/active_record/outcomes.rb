# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What became of a write whose answer was lost with the connection. That is neither a death nor a failure of the
      # task: whether it was stored is found out, and it is stored again if it was not.
      module Outcomes
        # How long the database may be away, and the pause between two looks; in seconds.
        PATIENCE = 60
        PAUSE = 0.2
        private_constant :PATIENCE, :PAUSE

        private

        # @param task [Operations::Task]
        # @yieldparam version [Object, nil] that the write has to find
        # @yieldreturn [Array, nil] id and version as they are stored, nil where nothing matched
        # @return [Array, nil] the same
        def surely(task)
          version = task.version_in(self)
          done = begin
            yield version
          rescue ::ActiveRecord::ActiveRecordError => error
            raise unless version.is_a?(Integer) && database.unreachable?(error) && !inside_transaction?

            Operations.logger.warn("#{task}: the database was lost while it was stored, and is waited for: #{error.message}")
            version = settled_version(task, version)
            (version && version[:stored]) ? [task.id, version[:stored]] : version && yield(version[:open])
          end
        ensure
          # Who runs it and could not store it is at its end, or says otherwise at the next transition.
          @leases.drop(task.id) if !done && task.id && task._running?
        end

        # @return [Hash, nil] :stored or :open, and the version there is now; nil when somebody else has the task
        def settled_version(task, version)
          values = {id: task.id, version:, updated: Row.moment(task._life.last)}
          found, = patiently { |connection| setup.statements[:settle].row(connection, values) }
          found && {((found == version + 1) ? :open : :stored) => found}
        end

        def patiently(&)
          ends = monotonic + PATIENCE
          begin
            database.with_connection(&)
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
