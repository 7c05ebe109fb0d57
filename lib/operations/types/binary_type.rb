# frozen_string_literal: true

module Operations
  module Types
    # `:binary`: bytes. Stored as strict Base64, since JSON holds text only; the reader returns them frozen.
    class BinaryType < Type
      def serialise(value)
        value.nil? ? nil : [value.to_s].pack("m0")
      end

      def deserialise(stored) = stored&.unpack1("m0")&.freeze

      def stored?(value) = String === value

      def direct? = false
    end
  end
end
