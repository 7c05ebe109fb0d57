# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # Hands the rows of a batch to a connector. What a sink outside of the commit's transaction has written stays written:
    # it is remembered, and no row is handed over a second time while the batch is split around one that was refused, or
    # its commit is tried again.
    class Writer
      NONE = {new: 0, updated: 0, unchanged: 0, skipped: 0}.freeze
      COLLISIONS = {
        Connector::Sink::Collision::NEW_TRANSFORMED_RECORD => :new, Connector::Sink::Collision::UPDATED_TRANSFORMED_RECORD => :updated,
        Connector::Sink::Collision::REDUNDANT_TRANSFORMED_RECORD => :unchanged
      }.freeze
      # Nothing is wrong with the row when these come.
      PASSING = [Error, SystemCallError, IOError, Timeout::Error].freeze
      private_constant :NONE, :COLLISIONS, :PASSING

      # @param batch_key [String]
      # @param first [Integer] row of the batch
      # @param last [Integer]
      # @return [String] what these rows of it are sent under
      def self.key(batch_key, first, last) = "#{batch_key}/#{first}-#{last}"

      # @param sink [Connector::Sink, #write]
      # @param columns [Array<String>] that are written
      # @param sink_end [SinkEnd, nil]
      def initialize(sink, columns, sink_end = nil)
        @sink = sink
        @columns = columns
        @sink_end = sink_end
        @in_batches = Connector::Methods.own?(sink, :write_batch)
        @exact = sink.respond_to?(:reports_collisions?) && sink.reports_collisions?
        forget
      end

      # @param _batch [Native::Batch]
      # @return [Array] misfits: none, the sink says by itself what it cannot take
      def prepare(_batch)
        forget
        []
      end

      # @param connection [Object, nil] where the sink writes in the transaction of the commit
      # @param batch [Native::Batch]
      # @param first [Integer]
      # @param last [Integer]
      # @return [Hash{Symbol => Integer}] :new, :updated, :unchanged, :skipped
      def write(connection, batch, first, last)
        @refused = nil
        forget if connection # what it has written goes back with the transaction
        counts = @in_batches ? together(batch, first, last) : one_by_one(batch, first, last)
        @sink.flush if @sink.respond_to?(:flush)
        counts
      rescue IOError => error
        # Whoever began the transaction has to know that it has ended, in the database's own words.
        raise error.cause if connection && @sink.respond_to?(:transient?) && @sink.transient?(error)

        raise
      end

      # A connector is called when its turn is.
      # @return [Boolean]
      def ahead? = false

      # @param connection [Object, nil] as {#write}
      # @return [Object] what the block returned
      def savepoint(connection, &)
        connection ? connection.transaction(requires_new: true, &) : yield
      end

      # @return [Boolean] whether a row, and not the connection to the sink, is to blame
      def row_error?(error, _connection = nil)
        return false unless error.is_a?(StandardError)
        return @sink.row_error?(error) if @sink.respond_to?(:row_error?)

        (@in_batches || !@refused.nil?) && PASSING.none? { |passing| error.is_a?(passing) }
      end

      # @return [Integer, nil] the row that was refused; nil after a `write_batch`, whose rows are tried in halves
      def row_of(_error) = @refused

      # @return [String, nil] where the sink says so
      def column_of(error) = @sink.respond_to?(:column_of) ? @sink.column_of(error) : nil

      # @return [String]
      def reason_of(error) = @sink.respond_to?(:reason_of) ? @sink.reason_of(error) : "#{error.class}: #{error.message}"

      # What was written may have been taken back with another sink's transaction: the rows are handed over again.
      # @return [void]
      def forget
        @results = {}
        @sent = {}
      end

      private

      def one_by_one(batch, first, last)
        (first..last).each_with_object(NONE.dup) do |index, counts|
          next unless batch.live?(index)

          @results[index] ||= written(batch, index)
          counts[@results[index]] += 1
        end
      end

      def written(batch, index)
        result = @sink.write(row_of_batch(batch, index))
        @exact ? COLLISIONS.fetch(result, :new) : :new
      rescue
        @refused = index
        raise
      end

      def together(batch, first, last)
        earlier = @sent.select { |range, _counts| range.begin >= first && range.end <= last }
        indexes = (first..last).select { |index| batch.live?(index) && earlier.keys.none? { |range| range.cover?(index) } }
        @sent[first..last] = earlier.values.reduce(rows_sent(batch, indexes, first, last)) { |sum, counts| add(sum, counts) }
        earlier.each_key { |range| @sent.delete(range) unless range == (first..last) }
        @sent[first..last]
      end

      def rows_sent(batch, indexes, first, last)
        return NONE if indexes.empty?

        counted(send_batch(indexes.map { |index| row_of_batch(batch, index) }, first, last), indexes.size)
      end

      def add(one, other) = one.merge(other) { |_name, count, more| count + more }

      def send_batch(rows, first, last)
        key = @sink_end&.batch_key
        told = {idempotency_key: key && Writer.key(key, first, last), replaces: @sink_end&.replaces}
        told.delete(:replaces) unless told[:replaces]
        @sink.write_batch(rows, **Connector::Methods.accepted(@sink.method(:write_batch), **told))
      end

      # What a sink counts is believed when it adds up.
      def counted(answer, size)
        return NONE.merge(new: size) unless answer.is_a?(Hash) && answer.keys.all? { |name| NONE.key?(name) } && answer.values.sum == size

        NONE.merge(answer)
      end

      def row_of_batch(batch, index)
        row = batch.to_hash(index)
        row = row.slice(*@columns) unless @columns == batch.outputs
        row = row.transform_keys(&:to_sym)
        @sink.respond_to?(:row_of_flow) ? @sink.row_of_flow(row) : row
      end
    end
  end
end
