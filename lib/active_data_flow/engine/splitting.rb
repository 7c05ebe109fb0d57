# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Writes a batch; when the database refuses it for the sake of a row, finds that row by halves, inside savepoints, and
    # puts it aside. A writer that knows the row beforehand yields it. Every other error goes on.
    class Splitting
      # What became of no rows.
      NONE = {new: 0, updated: 0, unchanged: 0, skipped: 0}.freeze

      # @param writer [#write, #savepoint, #row_error?]
      # @param connection [Object, nil]
      # @param batch [Native::Batch]
      # @param aside [Aside]
      def initialize(writer, connection, batch, aside)
        @writer = writer
        @connection = connection
        @batch = batch
        @aside = aside
      end

      # @return [Hash{Symbol => Integer}] as the writer counts: :new, :updated, :unchanged, :skipped, and what else there is
      def call = @batch.size.zero? ? NONE : range(0, @batch.size - 1)

      private

      def range(first, last)
        @writer.savepoint(@connection) do
          @writer.write(@connection, @batch, first, last) { |row, error| put_aside(row, error) }
        end
      rescue => error
        raise unless @writer.row_error?(error, @connection)
        return put_aside(first, error) if first == last

        halves(first, last, error)
      end

      # At the row that the database names, else in the middle.
      def halves(first, last, error)
        row = @writer.row_of(error)
        return [alone(first, row - 1), put_aside(row, error), alone(row + 1, last)].reduce { |sum, part| add(sum, part) } if row&.between?(first, last)

        middle = (first + last) / 2
        add(range(first, middle), range(middle + 1, last))
      end

      def alone(first, last) = (first > last) ? NONE : range(first, last)

      def put_aside(row, error)
        misfit = Flow::Transformation::Misfit.new(row:, column: @writer.column_of(error), reason: @writer.reason_of(error), error:)
        @aside.put(misfit, :write)
        NONE
      end

      def add(one, other) = one.merge(other) { |_name, count, more| count + more }
    end
  end
end
