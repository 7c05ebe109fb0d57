# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # What a `transform_batch` block gets: the columns of the rows that are still on their way.
    class BatchView
      # @param batch [Native::Batch]
      # @param casts [Hash{String => #deserialize, #serialize}] as {Row} takes them
      def initialize(batch, casts)
        @batch = batch
        @casts = casts
      end

      # @return [Integer] rows
      def size = @batch.counts[:live]

      # @param name [Symbol, String]
      # @return [Array] one value for each row
      # @raise [ArgumentError] for a column that the rows do not have
      def [](name)
        values = values(name.to_s)
        cast = @casts[name.to_s]
        cast ? values.map { |value| cast.deserialize(value) } : values
      end

      # @param name [Symbol, String] new columns are added
      # @param values [Array] one for each row
      # @raise [ArgumentError] when there are more or fewer
      def []=(name, values)
        unless values.is_a?(Array) && values.size == size
          raise ArgumentError, "b[:#{name}] = takes an Array of #{size} values, one for each row, not #{values.is_a?(Array) ? values.size : values.class}."
        end

        cast = @casts[name.to_s]
        give(name.to_s, cast ? values.map { |value| cast.serialize(value) } : values)
      end

      private

      def values(name) = @batch.values(name)

      def give(name, values) = @batch.set_values(name, values)
    end
  end
end
