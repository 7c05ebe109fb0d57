# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # What every way of writing into a table shares. A subclass brings {#write} and its name.
    class Writer
      NOTHING = {new: 0, updated: 0, unchanged: 0, skipped: 0}.freeze

      # @param target [Target]
      def initialize(target)
        @target = target
        @columns = target.columns.zip(target.types)
        @dialect = target.sink.dialect.to_s
        @deferred = Deferred.of(target.sink.table)
        types = target.sink.table.model_types(target.columns)
        @arrays = Postgresql::Arrays.of(target.sink.table, target.columns)
        @encoder = ModelColumns::Writing.new(target, types) if types.any?
        @ahead = types.empty? && (target.key.nil? || target.equality.exact?)
      end

      # @return [Boolean] whether all that comes before {#write} may be done in another thread: neither a model nor the
      #   database is asked then
      def ahead? = @ahead

      # Before the transaction opens: every value becomes what its column can hold, or its row a misfit.
      # @param batch [Native::Batch]
      # @return [Array<Flow::Transformation::Misfit>]
      def prepare(batch)
        @arrays&.call(batch)
        misfits = @encoder ? @encoder.call(batch).each { |row, *| batch.reject(row) } : []
        (misfits + batch.fit(@dialect, @columns) + without_key(batch)).uniq(&:first).map do |row, column, reason|
          Flow::Transformation::Misfit.new(row:, column:, reason:, error: nil)
        end
      end

      # After {#prepare}, when the misfits are out: of rows with the same key the last one stays. In mode :insert all do: the
      # second one is the database's to refuse, whichever batch it comes in.
      # @param batch [Native::Batch]
      def settle(batch)
        return if @target.mode == :insert || @target.key.nil? || (@target.key - batch.outputs).any?

        batch.skip_duplicates(@target.key)
        equality = @target.equality
        equality.doubled(batch).each { |row| batch.skip(row) } unless equality.exact? || batch.counts[:live] < 2
      end

      # Inside the commit's transaction.
      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
      # @param batch [Native::Batch]
      # @param first [Integer] row
      # @param last [Integer] row, included
      # @return [Hash{Symbol => Integer}] :new, :updated, :unchanged, :skipped, and :deleted in mode :delete
      def write(connection, batch, first, last) = raise(NotImplementedError, "#{self.class}#write")

      # @yield inside a savepoint: what it wrote is gone when it raises
      def savepoint(connection)
        Whole.savepoint(connection) { yield.tap { @deferred&.check(connection) } }
      end

      # @return [Boolean] whether the error is a row's, and the transaction still open
      def row_error?(error, connection) = Errors.row?(error) && connection.transaction_open?

      # @return [Integer, nil] the row that the error names
      def row_of(error)
        cause = error.is_a?(::ActiveRecord::ActiveRecordError) ? error.cause : error
        cause.row if cause.respond_to?(:row)
      end

      # @return [String, nil]
      def column_of(error) = Errors.column(error)

      # @return [String]
      def reason_of(error) = Errors.reason(error)

      private

      # A key that is NULL is found never again: each run would write the row once more.
      def without_key(batch)
        return [] if @target.key.nil? || @target.mode == :insert

        (@target.key & @target.columns).flat_map do |name|
          next [] unless batch.values(name).include?(nil)

          rows = batch.live.select { |row| batch.value(row, name).nil? }
          rows.map { |row| [row, name, "#{name} is NULL, and rows of #{@target.sink.table.name} are found by it"] }
        end
      end

      # @param rows [Integer] rows that were on their way
      # @param new [Integer]
      # @param updated [Integer]
      # @param matched [Integer] rows whose key was there, and is not any more in mode :delete
      def counts(rows, new:, updated:, matched: nil)
        case @target.mode
        when :insert, :insert_only then {new:, updated: 0, unchanged: 0, skipped: rows - new}
        when :update_only then {new: 0, updated:, unchanged: matched - updated, skipped: rows - matched}
        when :delete then {**NOTHING, unchanged: rows - matched, deleted: matched}
        else {new:, updated:, unchanged: rows - new - updated, skipped: 0}
        end
      end

      def live_between(batch, first, last)
        (first.zero? && last == batch.size - 1) ? batch.counts[:live] : live_rows(batch, first, last).size
      end

      def live_rows(batch, first, last) = batch.live.select { |row| row.between?(first, last) }
    end
  end
end
