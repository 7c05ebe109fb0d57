# frozen_string_literal: true

module Operations
  module Types
    # `:string` and `:text`: anything by its `to_s`; true is "t" and false is "f", as a database has them.
    class StringType < Type
      def serialise(value)
        case value
        when String then JsonSafe.text(value)
        when nil then nil
        when true then "t"
        when false then "f"
        else JsonSafe.text(value.to_s)
        end
      end

      def stored?(value) = value.instance_of?(String)

      def mutable? = true

      def as_is = "value.frozen? && value.instance_of?(String)"
    end

    # `:immutable_string`: the same, and frozen.
    class ImmutableStringType < StringType
      def serialise(value) = super.freeze

      def stored?(value) = super && value.frozen?

      def mutable? = false
    end
  end
end
