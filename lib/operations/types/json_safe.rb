# frozen_string_literal: true

module Operations
  module Types
    # Values that JSON can hold, and that share nothing with where they came from: nil, true, false, Integer,
    # finite Float, String, Array, and Hash with String keys.
    module JsonSafe
      DEEPEST = 64
      KEYS = [String, Symbol, Integer].freeze
      POSSIBLE = "text, numbers, true, false, nil, Symbol, Time, Date, BigDecimal, and Arrays and Hashes of those"
      private_constant :KEYS

      # @return [Object] a deep copy; Symbol, Time, Date and BigDecimal inside become text
      # @raise [CastError] for any other class, for NaN and Infinity, and beyond 64 levels
      def self.copy(value, depth = 0)
        case value
        when nil, true, false, Integer then value
        when String then text(value)
        when Float then finite(value)
        when Array then deeper(depth) { |level| value.map { |item| copy(item, level) } }
        when Hash then deeper(depth) { |level| value.to_h { |key, item| [key(key), copy(item, level)] } }
        else leaf(value)
        end
      end

      # Looks without allocating, so that what a storage hands back need not be copied once more.
      # @return [Boolean] whether {copy} would change nothing
      def self.safe?(value, depth = 0)
        case value
        when nil, true, false, Integer then true
        when String then value.instance_of?(String)
        when Float then value.finite?
        when Array then depth < DEEPEST && value.all? { |item| safe?(item, depth + 1) }
        when Hash then depth < DEEPEST && value.all? { |key, item| key.instance_of?(String) && safe?(item, depth + 1) }
        else false
        end
      end

      # @return [Boolean] whether JSON keeps every text in it byte for byte
      def self.utf8?(value)
        case value
        when String then value.ascii_only? || (value.encoding == Encoding::UTF_8 && value.valid_encoding?)
        when Array then value.all? { |item| utf8?(item) }
        when Hash then value.all? { |key, item| utf8?(key) && utf8?(item) }
        else true
        end
      end

      # @return [Object] the value with everything in it frozen
      def self.deep_freeze(value)
        case value
        when Array then value.each { |item| deep_freeze(item) }
        when Hash then value.each_value { |item| deep_freeze(item) }
        end
        value.freeze
      end

      # Same content, class by class: 1 is not 1.0, and the same bytes in another encoding are other text.
      def self.same?(one, other)
        one.eql?(other) && (!(String === one) || one.encoding == other.encoding)
      end

      # @return [String] the text itself when it can't change, else a copy without the subclass
      def self.text(value)
        return String.new(value) unless value.instance_of?(String)

        value.frozen? ? value : value.dup
      end

      class << self
        private

        def deeper(depth)
          raise CastError, "something nested deeper than #{DEEPEST} levels" if depth >= DEEPEST

          yield depth + 1
        end

        def finite(value)
          value.finite? ? value : raise(CastError, "#{value}, for which JSON has no word. Write nil or a text")
        end

        def key(key)
          return text(key).freeze if String === key

          KEYS.include?(key.class) ? key.to_s : raise(CastError, "#{Spelling.article(key.class)} as a key. Keys are text")
        end

        def leaf(value)
          case value
          when Symbol then value.to_s
          when Time then DateTimeType.text(value)
          else dated(value) || raise(CastError, "#{Spelling.article(value.class)}. It can hold #{POSSIBLE}. Use has_model for a record")
          end
        end

        # Nobody can hold a Date or a BigDecimal whose library was never loaded.
        def dated(value)
          return DateTimeType.text(value.to_time) if defined?(::DateTime) && ::DateTime === value
          return value.iso8601 if defined?(::Date) && ::Date === value

          value.to_s("F") if defined?(::BigDecimal) && ::BigDecimal === value
        end
      end
    end
  end
end
