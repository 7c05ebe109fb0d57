# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # The row that a `transform` block gets: a place in a batch. Reading builds one value, writing goes to a column beside
    # what was read, so columns that nobody touches stay byte for byte what they were.
    #
    # One object is moved from row to row: it is not to be kept.
    class Row
      # @param casts [Hash{String => #deserialize, #serialize}] columns whose values a model reads in its own way
      def initialize(casts)
        @casts = casts
        @names = Hash.new { |names, name| names[name] = -name.to_s }
      end

      # @private
      # @return [self]
      def _move(batch, index)
        @batch = batch
        @index = index
        self
      end

      # @param name [Symbol, String]
      # @return [Object, nil] as ActiveRecord casts it, frozen: a change in place would be lost
      # @raise [ArgumentError] for a column that the row does not have
      def [](name)
        value = value(@names[name])
        value.is_a?(String) ? value.freeze : value
      end

      # @param name [Symbol, String] new columns are added
      def []=(name, value)
        name = @names[name]
        cast = @casts[name]
        @batch.set(@index, name, cast ? cast.serialize(value) : value)
      end

      # @return [Boolean] whether the row has that column
      def key?(name) = @batch.outputs.include?(@names[name])

      # @return [Hash{Symbol => Object}] a new Hash
      def to_h = @batch.outputs.to_h { |name| [name.to_sym, value(name)] }

      # Leaves the row out.
      def filter_out
        @batch.filter(@index)
      end

      def inspect = "#<row #{to_h.inspect}>"

      private

      def value(name)
        value = @batch.value(@index, name)
        cast = @casts[name]
        cast ? cast.deserialize(value) : value
      end
    end
  end
end
