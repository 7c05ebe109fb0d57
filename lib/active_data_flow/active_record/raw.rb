# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The driver's own connection behind ActiveRecord's, for what ActiveRecord cannot say. It is asked for each time and
    # never kept: the transaction that ActiveRecord has only promised is begun first, and the adapter goes on to know
    # what state its connection is in.
    module Raw
      module_function

      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
      # @yieldparam raw [PG::Connection, SQLite3::Database, Object]
      # @raise [::ActiveRecord::ReadOnlyError] under `while_preventing_writes`
      def writing(connection, what, &block)
        raise ::ActiveRecord::ReadOnlyError, "Write query attempted while in readonly mode: #{what}" if connection.preventing_writes?

        reading(connection, &block)
      end

      # @yieldparam raw [PG::Connection, SQLite3::Database, Object]
      def reading(connection)
        connection.materialize_transactions
        return connection.send(:with_raw_connection) { |raw| yield raw } if connection.respond_to?(:with_raw_connection, true)

        yield connection.raw_connection
      end
    end
  end
end
