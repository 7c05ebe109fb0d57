# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # A handler and its transition in one commit. Inside a transaction of the application's it is a part of that one.
      module Transactions
        # (see Base#transactions?)
        def transactions? = true

        # (see Base#commits_with?)
        def commits_with?(run_store) = run_store.respond_to?(:database) && run_store.database.pool.equal?(database.pool)

        # (see Base#transaction)
        def transaction(task, &work)
          version = task.version_in(self)
          database.with_connection { |connection| in_one(connection, task, version, &work) }
        rescue ::ActiveRecord::ActiveRecordError => error
          raise unless mendable?(version, error) || given_way?(version, error)

          Operations.logger.warn("#{task}: a transaction was lost with all that it had written, and is begun again: #{error.message}")
          version_after_loss(task, version) # afterwards a commit that is still on its way comes too late
          raise(Busy.new("#{task} goes on from what is stored of it", task).extend(Fenced))
        end

        private

        # Of two that wait for each other the database takes one back: that is no failure of its task.
        def given_way?(version, error) = version.is_a?(Integer) && database.rolled_back?(error) && !inside_transaction?

        def in_one(connection, task, version)
          done = nil
          inside = connection.transaction_open?
          ActiveDataFlow::ActiveRecord::Whole.transaction(connection, **(inside ? {requires_new: true} : database.isolation)) do
            begin_by_a_write(connection, task, version) unless inside
            yield
            done = true
          end
          done || raise(Error.new("#{task} raised ActiveRecord::Rollback in a handler with transaction: true. That takes back what the " \
            "handler wrote, and says no reason: raise an error of your own", task))
        end

        # SQLite cannot let a transaction write that began by reading, if somebody wrote in between.
        def begin_by_a_write(connection, task, version)
          return if version.nil? || !setup.statements.dialect.one_writer?

          setup.statements[:hold].row(connection, {id: task.id, **setup.guard.values(version)}) || refuse_old_copy(task)
        end
      end
    end
  end
end
