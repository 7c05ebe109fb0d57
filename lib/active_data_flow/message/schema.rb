# frozen_string_literal: true

require_relative "../../operations"

module ActiveDataFlow
  module Message
    # What the fields of messages have to be, made ready once and checked in one call.
    #
    # | type | takes |
    # |---|---|
    # | `:string` `:text` `:immutable_string` | a String that is valid text in its encoding; no Symbol |
    # | `:integer` `:big_integer` | an Integer of any size |
    # | `:float` | a Float or an Integer |
    # | `:decimal` | a BigDecimal or an Integer; no Float, which is rounded already |
    # | `:boolean` | true or false |
    # | `:date` | a Date that is no DateTime |
    # | `:datetime` `:time` | a Time, a DateTime, or what acts like a Time; no text |
    # | `:binary` | a String of any encoding |
    # | `:json` | a Hash, an Array, a String, an Integer, a Float, true or false; it is not looked into |
    # | `nil` | anything |
    # | a class or module | what is one (`klass === value`): `Float` takes no Integer, `Numeric` takes both |
    #
    # Nothing is cast. nil fits everywhere: a NULL says as much as a missing field.
    class Schema
      KEPT = 100 # schemas that are written in a class body are few; those that are made as one goes must not pile up
      private_constant :KEPT
      @made = {}

      # @param types [Hash, Schema]
      # @return [Schema] the same one for the same Hash
      # @raise [ArgumentError] for a type that there is not
      def self.of(types)
        return types if types.is_a?(Schema)

        @made[types] || new(types).tap do |schema|
          @made = {} if @made.size >= KEPT
          @made[schema.given] = schema
        end
      end

      # @return [Hash{Symbol => Symbol, Class, nil}]
      attr_reader :types
      # @private As it was written, for {.of}.
      attr_reader :given

      # @param types [Hash{Symbol, String => Symbol, String, Class, nil}]
      # @raise [ArgumentError] for a type that there is not, and for a field that is named twice
      def initialize(types)
        raise ArgumentError, "a schema is a Hash of fields and their types ({name: :string}), not #{types.inspect}" unless types.is_a?(Hash)

        @given = types.dup.freeze
        fields = types.map { |name, type| field(name, type) }
        @classes = types.values.map { |type| type.is_a?(Module) ? type : nil }.freeze
        @native = Native::Schema.new(fields)
        @types = types.to_h { |name, type| [name.to_sym, type.is_a?(String) ? type.to_sym : type] }.freeze
      end

      # @param data [Hash] with String or Symbol keys
      # @raise [TypeError] naming every field that does not fit
      # @return [void]
      def check(data) = @native.check(data, @classes)

      def inspect = "#<#{self.class} #{types.inspect}>"

      private

      def field(name, type)
        raise ArgumentError, "a field of a schema is named by a Symbol or a String, not #{name.inspect}" unless name.is_a?(Symbol) || name.is_a?(String)
        return [name, nil, Operations::Spelling.article(type.inspect)] if type.is_a?(Module)
        return [name, type, nil] if type.nil? || type.is_a?(Symbol) || type.is_a?(String)

        raise ArgumentError, "the type of #{name} is a word (:string), a class or nil, not #{type.inspect}"
      end
    end
  end
end
