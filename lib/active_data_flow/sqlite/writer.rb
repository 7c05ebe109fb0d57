# frozen_string_literal: true

module ActiveDataFlow
  module Sqlite
    # Prepared statements of a {Door} that write the live rows of batches.
    class Writer
      # @api private
      def initialize(door, native)
        @door = door
        @native = native
      end

      # Writes rows in the transaction that is open on the connection. When one fails, those before it are written: undo them
      # with a savepoint.
      # @param first [Integer] the first row of the batch to write
      # @param last [Integer] the last one
      # @return [Hash{Symbol => Integer}] :new, :updated, :unchanged and :skipped
      # @raise [::SQLite3::Exception] with {AtRow#row}
      # @raise [Error] when no transaction is open
      def write(batch, first = 0, last = batch.size - 1)
        unless @door.transaction?
          raise Error, "the door to SQLite writes inside a transaction, and this connection has none open. Begin one; where " \
            "transactions begin late (an adapter's materialize_transactions begins them), write through SqliteDoor.write"
        end
        return {new: 0, updated: 0, unchanged: 0, skipped: 0} if last < first

        new, updated, unchanged, skipped = @native.write(@door.call, batch, first, last)
        {new:, updated:, unchanged:, skipped:}
      end

      # @return [void]
      def close = @door.close_one(self)

      # @api private
      def finish = @native.close
    end
  end
end
