# frozen_string_literal: true

module Operations
  module Types
    # `:float`: by `to_f` ("1.5kg" is 1.5); blank text is nil. NaN and the infinities are stored as their names.
    class FloatType < Type
      NAMES = {"NaN" => Float::NAN, "Infinity" => Float::INFINITY, "-Infinity" => -Float::INFINITY}.freeze
      private_constant :NAMES

      def serialise(value)
        value = number_from(value)
        return value && -value if value.nil? || NAMES.key?(value)
        raise CastError, "#{Spelling.article(value.class)}. A float takes numbers and text" unless value.respond_to?(:to_f)

        value = value.to_f
        value.finite? ? value : value.to_s
      end

      def deserialise(stored)
        (String === stored) ? NAMES.fetch(stored) : stored
      end

      def stored?(value) = (Float === value && value.finite?) || (String === value && NAMES.key?(value))

      def own = Numeric

      def direct? = false

      def direct_when = "Float === value"

      def inline = "(Float === value && value.finite?) ? value : %s"
    end
  end
end
