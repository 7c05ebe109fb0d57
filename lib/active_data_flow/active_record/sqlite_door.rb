# frozen_string_literal: true

module ActiveDataFlow
  # What leans on ActiveRecord.
  module ActiveRecord
    # The door to SQLite on a connection of ActiveRecord, which goes on knowing what happens there.
    module SqliteDoor
      module_function

      # To read through. The connection's transactions begin when they are said to from here on, not with their first
      # statement, until it goes back to its pool.
      # @param connection [::ActiveRecord::ConnectionAdapters::SQLite3Adapter]
      # @yieldparam door [Sqlite::Door, nil] see {Sqlite::Door.open}
      # @return what the block returns
      def read(connection, &)
        connection.materialize_transactions
        ActiveDataFlow::Sqlite::Door.open(connection.raw_connection, &)
      end

      # To write through, in a transaction.
      # @yieldparam (see read)
      # @return (see read)
      # @raise [::ActiveRecord::ReadOnlyError] while ActiveRecord prevents writes
      def write(connection, &)
        if connection.preventing_writes?
          raise ::ActiveRecord::ReadOnlyError, "Write query attempted while in readonly mode: rows through the door to SQLite"
        end

        read(connection, &)
      ensure
        ::ActiveRecord::Base.clear_query_caches_for_current_thread
      end
    end
  end
end
