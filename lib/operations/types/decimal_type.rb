# frozen_string_literal: true

module Operations
  module Types
    # `:decimal`: a BigDecimal, exactly; text by `to_d` ("12abc" is 12); blank text is nil.
    class DecimalType < Type
      # ActiveModel's choice for numbers that have no exact decimal form, such as 1/3r.
      DIGITS = 18
      STORED = /\A(-?\d+\.\d+|NaN|-?Infinity)\z/
      private_constant :DIGITS, :STORED

      # @param precision [Integer, nil] significant digits kept; nil keeps all
      # @param scale [Integer, nil] digits kept after the point; nil keeps all
      def initialize(name = nil, precision: nil, scale: nil)
        require "bigdecimal"
        require "bigdecimal/util"
        super(name)
        @precision = precision
        @scale = scale
      end

      def serialise(value)
        number = decimal(number_from(value))
        number && rounded(number).to_s("F")
      end

      def deserialise(stored) = stored && BigDecimal(stored)

      def stored?(value) = String === value && STORED.match?(value)

      def own = Numeric

      def direct? = false

      private

      def decimal(value)
        case value
        when nil, BigDecimal then value
        when Integer then BigDecimal(value)
        when Float then value.finite? ? value.to_d : BigDecimal(value.to_s)
        when Numeric then BigDecimal(value, @precision || DIGITS)
        else value.respond_to?(:to_d) ? value.to_d : value.to_s.to_d
        end
      end

      def rounded(number)
        return number unless number.finite?

        number = number.mult(1, @precision) if @precision
        @scale ? BigDecimal(number.round(@scale)) : number
      end
    end
  end
end
