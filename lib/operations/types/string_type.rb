# frozen_string_literal: true

module Operations
  module Types
    # `:string`, `:text` and `:immutable_string`: anything by its `to_s`; true is "t" and false is "f", as a database
    # has them. All three are kept and read frozen: changing a text in place raises instead of being lost, and reading
    # one costs nothing but a look.
    class StringType < Type
      def serialise(value)
        case value
        when String then JsonSafe.text(value).freeze
        when nil then nil
        when true then "t"
        when false then "f"
        else JsonSafe.text(value.to_s).freeze
        end
      end

      def stored?(value) = value.instance_of?(String) && value.frozen?

      def inline = "value.instance_of?(String) ? (value.frozen? ? value : value.dup.freeze) : %s"
    end
  end
end
