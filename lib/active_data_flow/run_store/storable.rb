# frozen_string_literal: true

require "json"
require "time"

module ActiveDataFlow
  module RunStore
    # Values as the JSON that every database can keep. Bytes that are no UTF-8 text, and text with NUL, become
    # `{"$bytes": base64}`: a reject is kept whole, whatever was in it.
    module Storable
      BYTES = "$bytes"

      module_function

      # @param value [Hash, Array]
      # @return [String]
      def json(value) = JSON.generate(plain(value), allow_nan: false)

      # @param text [String]
      # @return [Object] with bytes where they were
      def parse(text) = restored(JSON.parse(text))

      # @private
      def plain(value)
        case value
        when Hash then value.to_h { |key, inner| [key.to_s, plain(inner)] }
        when Array then value.map { |inner| plain(inner) }
        when String then text(value)
        when Time then value.getutc.iso8601(6)
        when Float then value.finite? ? value : value.to_s
        else value
        end
      end

      # @private
      def text(value)
        utf8 = (value.encoding == Encoding::UTF_8 || value.ascii_only?) && value.valid_encoding?
        (utf8 && !value.include?("\0")) ? value.dup.force_encoding(Encoding::UTF_8) : {BYTES => [value.b].pack("m0")}
      end

      # @private
      def restored(value)
        case value
        when Hash then (value.keys == [BYTES]) ? value[BYTES].unpack1("m0") : value.transform_values { |inner| restored(inner) }
        when Array then value.map { |inner| restored(inner) }
        else value
        end
      end
      private_class_method :plain, :text, :restored
    end
  end
end
