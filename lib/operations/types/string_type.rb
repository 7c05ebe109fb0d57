# frozen_string_literal: true

module Operations
  module Types
    # `:string`, `:text` and `:immutable_string`: anything by its `to_s`, if that says more than an address; true is "t" and false is "f", as a database
    # has them. All three are kept and read frozen: changing a text in place raises instead of being lost, and reading
    # one costs nothing but a look.
    class StringType < Type
      # What Ruby says of an object that has nothing else to say: it means nothing to the process that reads it.
      ADDRESS = /\A#<[^>]*0x\h{8,}/
      private_constant :ADDRESS

      def serialise(value)
        case value
        when String then JsonSafe.text(value).freeze
        when nil then nil
        when true then "t"
        when false then "f"
        else JsonSafe.text(said_by(value)).freeze
        end
      end

      def stored?(value) = value.instance_of?(String) && value.frozen?

      def inline = "value.instance_of?(String) ? (value.frozen? ? value : value.dup.freeze) : %s"

      private

      def said_by(value)
        text = value.to_s
        return text unless ADDRESS.match?(text)

        raise CastError, "#{Spelling.article(value.class)}, whose to_s says no more than where it is in memory. Use has_model for a record"
      end
    end
  end
end
