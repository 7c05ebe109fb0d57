# frozen_string_literal: true

require_relative "base"
require_relative "schema"

module ActiveDataFlow
  module Message
    # A record whose fields have types. It never holds a value that does not fit: one that does not is refused when the
    # message is made, and when the field is assigned.
    #
    #   ORDER = {id: :integer, total: :decimal, paid_at: :datetime, customer: Customer}
    #   ActiveDataFlow::Message::Typed.new({id: "7", total: 12}, schema: ORDER)
    #   # TypeError: the message does not fit its schema: id is "7", not an integer
    #
    # See {Schema} for what the types are. Fields may be missing, and fields that the schema does not name may be there.
    class Typed < Base
      # @param data [Hash, Base]
      # @param schema [Hash{Symbol, String => Symbol, Class, nil}, Schema]
      # @param metadata [Hash]
      # @raise [TypeError] naming every field that does not fit, with its value and what was expected
      # @raise [ArgumentError] for a schema with a type that there is not
      def initialize(data, schema:, metadata: {})
        super(data, metadata:)
        @schema = Schema.of(schema)
        @schema.check(@data)
      end

      # @return [Hash{Symbol => Symbol, Class, nil}] the types of the fields
      def schema = @schema.types

      # @param name [String, Symbol]
      # @param value [Object]
      # @raise [TypeError] when the value does not fit; the message stays as it was
      def []=(name, value)
        @schema.check(name => value)
        super
      end

      def ==(other) = super && other.schema == schema
      alias_method :eql?, :==
    end
  end
end
