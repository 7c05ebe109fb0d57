# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # Writes batches to a file, before the transaction of their commit is opened: what is not committed is cut off.
    class Writer
      # @param sink [Connector::Sink::ToFile]
      # @param columns [Array<String>] that are written
      def initialize(sink, columns)
        @sink = sink
        @columns = columns
        @texts = {}.compare_by_identity
      end

      # @param batch [Native::Batch]
      # @return [Array<Flow::Transformation::Misfit>] rows with values that no line can have
      def prepare(batch)
        text, bad = @sink.text_of(batch, @columns)
        @texts[batch] = [batch.counts[:live] - bad.size, text]
        bad.map { |row, column, reason| Flow::Transformation::Misfit.new(row:, column:, reason:, error: nil) }
      end

      # The rows that are left, after {#prepare}.
      # @param batch [Native::Batch]
      def append(batch)
        rows, text = @texts.delete(batch)
        text = @sink.text_of(batch, @columns).first unless rows == batch.counts[:live]
        @sink.append(text, @columns) unless text.empty?
        @sink.flush
      end

      # Beside no other sink nobody refuses a row any more.
      # @param batch [Native::Batch]
      def encode(batch) = append(batch)

      # @param _connection [Object, nil]
      # @param batch [Native::Batch]
      # @param first [Integer]
      # @param last [Integer]
      # @return [Hash{Symbol => Integer}] each row is new
      def write(_connection, batch, first, last)
        {new: (first..last).count { |row| batch.live?(row) }, updated: 0, unchanged: 0, skipped: 0}
      end

      # @return [Object] what the block returned
      def savepoint(_connection) = yield

      # What is appended belongs behind what the commit before has appended.
      # @return [Boolean]
      def ahead? = false

      # No row is to blame for a full disk.
      def row_error?(_error, _connection = nil) = false
    end
  end
end
