# frozen_string_literal: true

module Operations
  module Types
    # `:boolean`: nil and "" are nil, the words and digits for no are false, everything else is true.
    class BooleanType < Type
      NO = [false, 0, *%w[0 f F false FALSE off OFF].flat_map { |word| [word, word.to_sym] }].to_h { |word| [word, true] }.freeze
      private_constant :NO

      def serialise(value)
        return nil if value.nil? || value == ""

        !NO.key?(value)
      end

      def stored?(value) = value == true || value == false

      def inline = "(true == value || false == value) ? value : %s"
    end
  end
end
