# frozen_string_literal: true

module Operations
  module Types
    # `:datetime`: a Time in UTC with microseconds; text without a zone is taken as UTC, text without a date is nil.
    class DateTimeType < Type
      STORED = /\A(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z\z/
      private_constant :STORED

      # @param time [Time]
      # @return [String] "2026-11-21T10:02:03.123456Z"
      def self.text(time) = time.getutc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ")

      def initialize(name = nil)
        require "date"
        super
      end

      def serialise(value)
        time = (String === value) ? parse(value) : time_from(value)
        time && self.class.text(time)
      end

      def deserialise(stored)
        return nil if stored.nil?

        Time.utc(*STORED.match(stored).captures.map!(&:to_i))
      end

      def stored?(value) = String === value && STORED.match?(value)

      def direct? = false

      private

      def time_from(value)
        case value
        when nil, Time then value
        when DateTime then value.to_time
        when Date then Time.utc(value.year, value.month, value.day)
        else
          value.respond_to?(:to_time) ? value.to_time : raise(CastError, "#{Spelling.article(value.class)}. It takes a Time, a Date or text such as \"2026-11-21 10:02:03\"")
        end
      end

      def parse(text)
        parts = Date._parse(text)
        year, month, day = parts.values_at(:year, :mon, :mday)
        return unless year && month && day && Date.valid_date?(year, month, day)

        time = Time.utc(year, month, day, parts[:hour] || 0, parts[:min] || 0, (parts[:sec] || 0) + (parts[:sec_fraction] || 0))
        time - (parts[:offset] || 0)
      rescue ArgumentError, Encoding::CompatibilityError # an hour 25, longer than any time, or bytes that are no text
        nil
      end
    end
  end
end
