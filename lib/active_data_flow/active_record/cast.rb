# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # How blocks see a column whose values the database does not give as its model does, and what becomes of the ones that
    # they assign: the same value, assigned again, is the same in the database.
    class Cast
      # @param column [Column]
      # @param dialect [Symbol]
      # @return [Cast, nil] nil where blocks see what is read
      def self.of(column, dialect)
        return if column.plain?(dialect)

        (column.type.respond_to?(:subtype) ? Serialized : self).new(column.type)
      end

      # @param value [Object] that can be changed in place: what would become of that?
      # @return [Object] the same, which now raises
      def self.frozen(value)
        case value
        when String then value.freeze
        when Array then value.each { |one| frozen(one) }.freeze
        when Hash then value.each_value { |one| frozen(one) }.freeze
        else value
        end
      end

      # @param type [#deserialize, #serialize] of ActiveRecord
      def initialize(type)
        @type = type
      end

      # @param value [Object] as the batch has it
      # @return [Object] as ActiveRecord casts it
      def deserialize(value) = Cast.frozen(@type.deserialize(value))

      # What a block assigned, as the batch takes it: as it is, to meet the sink's strict casts. A model would make 0 of "abc".
      # @return [Object]
      def serialize(value) = value

      # What only the type can say: the number of an enum's label.
      class Serialized < Cast
        # (see Cast#serialize)
        def serialize(value) = @type.serialize(value)
      end
    end
  end
end
