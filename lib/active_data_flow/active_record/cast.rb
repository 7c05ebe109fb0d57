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
        kind = kind_of(column, dialect)
        kind&.new(column.type)
      end

      def self.kind_of(column, dialect)
        json = %i[json jsonb].include?(column.type.type)
        return ParsedJson if json && dialect == :postgresql && column.sql_type&.match?(/\Ajsonb?\z/)
        return if column.plain?(dialect) && !json

        return PostgresqlText if dialect == :postgresql && text?(column.type)

        (json || column.type.respond_to?(:subtype)) ? Serialized : self
      end

      # Arrays and ranges say the type of what they stand on, too, as enums do.
      def self.text?(type) = !type.respond_to?(:subtype) || Postgresql::Texts.several?(Postgresql::Texts.bare(type))
      private_class_method :kind_of, :text?

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
      # Only what no batch can hold, an object of the application's, the type has to say.
      # @return [Object]
      def serialize(value)
        case value
        when nil, true, false, Numeric, String, Symbol, Date, Time, ::ActiveSupport::TimeWithZone, Hash, Array then value
        else @type.serialize(value)
        end
      end

      # What only the type can say: the number of an enum's label, the text of JSON.
      class Serialized < Cast
        # (see Cast#serialize)
        def serialize(value) = @type.serialize(value)
      end

      # What has a class of its own in Ruby, and is a text where nobody asks ActiveRecord: intervals, arrays, addresses.
      class PostgresqlText < Cast
        # (see Cast#serialize)
        def serialize(value) = Postgresql::Texts.of(Postgresql::Texts.bare(@type), value)
      end

      # JSON that the batch knows as such, and gives as what it says.
      class ParsedJson < Cast
        # (see Cast#deserialize)
        def deserialize(value) = value

        # (see Cast#serialize)
        def serialize(value) = value.is_a?(String) ? JSONString.new([value]) : value
      end

      # A String that is said in JSON. A batch takes Strings for text, of which nobody knows whether it is JSON; Arrays and Hashes
      # it asks for theirs.
      class JSONString < Array
        # @return [String]
        def to_json(...) = first.to_json(...)
      end
    end
  end
end
