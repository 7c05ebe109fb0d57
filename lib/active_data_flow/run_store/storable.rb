# frozen_string_literal: true

require "bigdecimal"
require "json"
require "time"

module ActiveDataFlow
  module RunStore
    # Values as the JSON that every database can keep. Bytes that are no UTF-8 text, and text with NUL, become
    # `{"$bytes": base64}`: a reject is kept whole, whatever was in it.
    module Storable
      BYTES = "$bytes"
      # Around a document of the row's own that would be taken for a marked value.
      DOCUMENT = "$document"
      # By what Ruby calls them.
      NOT_FINITE = [Float::NAN, Float::INFINITY, -Float::INFINITY].to_h { |value| [value.to_s, value] }.freeze
      # Text that only its bytes can say.
      UNSUITABLE = ->(value) { String === value && value.encoding == Encoding::UTF_8 && (!value.valid_encoding? || value.include?("\0")) }
      # Values of a row that JSON has no form for, as they are written and as they are read.
      KINDS = {
        "$text" => [UNSUITABLE, ->(value) { [value.b].pack("m0") }, ->(text) { text.unpack1("m0").force_encoding(Encoding::UTF_8) }],
        "$float" => [->(value) { Float === value && !value.finite? }, ->(value) { value.to_s }, ->(text) { NOT_FINITE.fetch(text) }],
        "$decimal" => [BigDecimal, ->(value) { value.to_s("F") }, ->(text) { BigDecimal(text) }],
        "$time" => [Time, ->(value) { value.getutc.iso8601(9) }, ->(text) { Time.iso8601(text) }],
        "$date" => [Date, ->(value) { value.iso8601 }, ->(text) { Date.iso8601(text) }]
      }.freeze
      MARKS = [BYTES, DOCUMENT, *KINDS.keys].freeze
      private_constant :NOT_FINITE, :UNSUITABLE, :KINDS, :MARKS

      module_function

      # @param value [Hash, Array]
      # @return [String]
      def json(value) = JSON.generate(plain(value), allow_nan: false)

      # The same of a row, which is to be the same row when it is read again: also its decimals, times, dates, and text that is none.
      # @param value [Hash, Array]
      # @return [String]
      def row(value) = JSON.generate(plain(value, &method(:marked)), allow_nan: false)

      # @param text [String]
      # @return [Object] with bytes where they were
      def parse(text) = restored(JSON.parse(text))

      # @private
      def plain(value, &marking)
        kept = marking&.call(value)
        return kept if kept

        case value
        when Hash then value.to_h { |key, inner| [key.to_s, plain(inner, &marking)] }
        when Array then value.map { |inner| plain(inner, &marking) }
        when String then text(value)
        when Time then value.getutc.iso8601(6)
        when Float then value.finite? ? value : value.to_s
        else value
        end
      end

      # @private
      def marked(value)
        return {DOCUMENT => value.map { |key, inner| [key, plain(inner, &method(:marked))] }.first} if Hash === value && marked?(value)

        mark, (_kind, write) = KINDS.find { |_mark, (kind, *)| kind === value && !value.is_a?(DateTime) }
        mark && {mark => write.call(value)}
      end

      # @private
      def text(value)
        utf8 = (value.encoding == Encoding::UTF_8 || value.ascii_only?) && value.valid_encoding?
        (utf8 && !value.include?("\0")) ? value.dup.force_encoding(Encoding::UTF_8) : {BYTES => [value.b].pack("m0")}
      end

      # @private
      def restored(value)
        case value
        when Hash then marked?(value) ? unmarked(*value.first) : value.transform_values { |inner| restored(inner) }
        when Array then value.map { |inner| restored(inner) }
        else value
        end
      end

      # @private
      def marked?(value) = value.size == 1 && MARKS.include?(value.keys.first)

      # @private
      def unmarked(mark, kept)
        case mark
        when BYTES then kept.unpack1("m0")
        when DOCUMENT then {kept.first => restored(kept.last)}
        else KINDS.fetch(mark).last.call(kept)
        end
      end
      private_class_method :plain, :marked, :text, :restored, :marked?, :unmarked
    end
  end
end
