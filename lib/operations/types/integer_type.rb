# frozen_string_literal: true

module Operations
  module Types
    # `:integer` and `:big_integer`, of any size: by `to_i` ("12abc" is 12, "abc" is 0, 1.9 is 1); blank text, and
    # what has no `to_i`, is nil.
    class IntegerType < Type
      def serialise(value)
        return value if Integer === value

        value = number_from(value)
        value.respond_to?(:to_i) ? value&.to_i : nil
      rescue FloatDomainError, Encoding::CompatibilityError # NaN, and UTF-16, have no to_i
        nil
      end

      def own = Integer

      def stored?(value) = Integer === value

      def inline = "Integer === value ? value : %s"
    end
  end
end
