# frozen_string_literal: true

module Operations
  module Types
    # `:time`: a time of day, as a Time in UTC on 2000-01-01, which is what a database's time column gives back.
    class TimeType < DateTimeType
      DATE = /\A\s*(\d{4,}-\d\d-\d\d(T|\s+|\z))?/
      private_constant :DATE

      private

      def time_from(value) = on_the_day(super)

      def parse(text)
        return nil if Types.blank?(text)

        text = text.sub(DATE, "2000-01-01 ")
        on_the_day(super) if Date._parse(text)[:hour]
      rescue ArgumentError, Encoding::CompatibilityError
        nil
      end

      def on_the_day(time)
        return nil if time.nil?

        utc = time.getutc
        Time.utc(2000, 1, 1, utc.hour, utc.min, utc.sec + utc.subsec)
      end
    end
  end
end
