# frozen_string_literal: true

require_relative "spelling"
require_relative "types/blank"
require_relative "types/json_safe"
require_relative "types/type"
require_relative "types/string_type"
require_relative "types/integer_type"
require_relative "types/float_type"
require_relative "types/decimal_type"
require_relative "types/boolean_type"
require_relative "types/date_type"
require_relative "types/date_time_type"
require_relative "types/time_type"
require_relative "types/binary_type"
require_relative "types/json_type"

module Operations
  # The types of `has_attribute`. What they make of a value is what ActiveModel's types of the same name make of
  # it ("7" is 7, "" is nil for a number, "off" is false), without ActiveModel.
  #
  # A value has two forms: the *cast* one that a reader returns (a Date), and the *serialised* one that is stored
  # ("2024-02-03"), which JSON can hold. For integer, float, boolean and text both are the same object.
  module Types
    # A value that a type cannot hold. {Operations::Machine::Attributes} adds the names of class and attribute.
    class CastError < ArgumentError; end

    CLASSES = {
      string: StringType, text: StringType, immutable_string: StringType,
      integer: IntegerType, big_integer: IntegerType, float: FloatType, decimal: DecimalType,
      boolean: BooleanType, date: DateType, datetime: DateTimeType, time: TimeType,
      binary: BinaryType, json: JsonType
    }.freeze
    private_constant :CLASSES

    # @return [Array<Symbol>] what may be written as the type of an attribute, beside nil for "no cast"
    def self.names = CLASSES.keys

    # @param name [Symbol, String, nil] one of {names}; nil casts nothing
    # @param options [Hash] decimal takes `precision:` and `scale:`, the others none
    # @return [Type]
    # @raise [ArgumentError] when there is no such type, or it has no such option
    def self.fetch(name, **options)
      return JsonType.new(nil, **options) if name.nil?

      type = CLASSES.fetch(name.to_sym) do
        raise ArgumentError, "There is no type #{name.inspect}; there is #{Spelling.list(names)}, " \
          "and nil for no cast.#{Spelling.hint(name, names)}"
      end
      type.new(name.to_sym, **options)
    end
  end
end
