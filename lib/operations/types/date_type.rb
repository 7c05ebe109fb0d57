# frozen_string_literal: true

module Operations
  module Types
    # `:date`: ISO 8601 text, and whatever `Date.parse` would find a date in; text without one is nil.
    class DateType < Type
      ISO = /\A([-+]?\d{4,})-(\d\d)-(\d\d)\z/
      private_constant :ISO

      def initialize(name = nil)
        require "date"
        super
      end

      def serialise(value)
        date = (String === value) ? parse(value) : date_from(value)
        date&.iso8601
      end

      def deserialise(stored)
        return nil if stored.nil?

        year, month, day = ISO.match(stored).captures
        Date.new(year.to_i, month.to_i, day.to_i)
      end

      def stored?(value) = String === value && ISO.match?(value)

      def direct? = false

      private

      def date_from(value)
        return value if value.nil?

        value.respond_to?(:to_date) ? value.to_date : raise(CastError, "#{Spelling.article(value.class)}. A date takes a Date, a Time or text")
      end

      def parse(text)
        return build(*ISO.match(text).captures.map(&:to_i)) if ISO.match?(text)

        build(*Date._parse(text, false).values_at(:year, :mon, :mday))
      rescue ArgumentError, Encoding::CompatibilityError # longer than any date, or bytes that are no text
        nil
      end

      def build(year, month, day)
        Date.new(year, month, day) if year && month && day && Date.valid_date?(year, month, day)
      end
    end
  end
end
