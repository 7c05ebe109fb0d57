# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # Some rows of a batch as a `transform_batch` block gets them when it may have to be called again with fewer: what it
    # assigns is kept beside the batch, and belongs to it only when the block has come to its end.
    class PartView < BatchView
      # @param batch [Native::Batch]
      # @param casts [Hash{String => #deserialize, #serialize}]
      # @param rows [Array<Integer>] that are still on their way
      def initialize(batch, casts, rows)
        super(batch, casts)
        @rows = rows
        @given = {}
        @beside = Native::Batch.new([])
        rows.size.times { @beside.push_row([]) }
      end

      # @return [Array<Integer>]
      attr_reader :rows

      # (see BatchView#size)
      def size = @rows.size

      # @return [Array<String>] the columns that were assigned
      def assigned = @given.keys

      # @param name [String]
      # @return [Array, nil] what was assigned, as the batch takes it
      def given(name) = @given[name]

      private

      def values(name)
        return @beside.values(name) if @given.key?(name)

        whole? ? @batch.values(name) : @rows.map { |row| @batch.value(row, name) }
      end

      def give(name, values)
        @beside.set_values(name, values)
        @given[name] = values
      end

      def whole? = @rows.size == @batch.counts[:live]
    end
  end
end
