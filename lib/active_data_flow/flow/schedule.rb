# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # When a flow runs by itself, as it was declared. What can be read as a schedule is decided in the core.
    class Schedule
      # fugit, which reads schedules for queues, has no words for it.
      WEEK = 604_800
      private_constant :WEEK

      # @return [String, nil] name of the time zone; nil: the one of whoever starts the flow, UTC where that has none
      attr_reader :zone

      # @param kind [Symbol, nil] :every or :cron
      # @param value [Integer, String, ActiveSupport::Duration, nil]
      # @param every [Integer, String, ActiveSupport::Duration, nil] an interval
      # @param at [String, nil] "02:00", of an interval of days
      # @param cron [String, nil]
      # @param zone [String, nil]
      # @return [Schedule]
      # @raise [ArgumentError] for what cannot be read
      def self.read(kind = nil, value = nil, every: nil, at: nil, cron: nil, zone: nil)
        case kind
        when :every then every = value
        when :cron then cron = value
        when nil then nil
        else raise ArgumentError, "schedule is :every or :cron, not #{kind.inspect}. Write schedule :every, 300 or schedule :cron, \"0 2 * * *\""
        end
        raise ArgumentError, "schedule takes an interval or a cron line, not both and not neither" unless every.nil? ^ cron.nil?
        raise ArgumentError, "schedule takes at: with an interval; the cron line #{cron.to_s.inspect} says its time itself" if cron && at

        new(cron ? Native::Schedule.cron(cron.to_s) : interval(every, at), zone)
      end

      def self.interval(every, at)
        return Native::Schedule.every_seconds_at(seconds(every), at.to_s) if at

        every.is_a?(String) ? Native::Schedule.every_text(every) : Native::Schedule.every_seconds(seconds(every))
      end

      # Of text, the core reads the words; a duration is a number of seconds.
      def self.seconds(every)
        return Native::Schedule.every_text(every).interval if every.is_a?(String)

        us = Operations::Duration.us(every, :schedule)
        raise ArgumentError, "cannot read #{every.inspect} as an interval; write whole seconds" unless (us % 1_000_000).zero?

        us / 1_000_000
      end
      private_class_method :interval, :seconds

      # @param native [Native::Schedule]
      # @param zone [String, nil]
      def initialize(native, zone)
        @native = native
        @zone = zone
        freeze
      end

      # @return [String] as the core words it
      def to_s = zone ? "#{@native} #{zone}" : @native.to_s

      # @return [String] five fields
      # @raise [ArgumentError] for an interval that no cron line can say
      def to_cron = @native.to_cron

      # @param zone [String, nil] as whoever reads it calls the zone
      # @return [String] as the scheduler of a queue reads it: "every 5 minutes", "0 2 * * * Europe/Berlin"
      def to_config(zone: self.zone)
        return "#{to_cron} #{zone}" if zone

        (interval && interval != WEEK) ? to_s : to_cron
      end

      # @return [Integer, nil] seconds; nil for a cron line
      def interval = @native.interval

      # @param now [Time]
      # @param ahead [Integer] seconds that the zone is ahead of UTC
      # @return [Time, nil]
      def next_after(now, ahead: 0) = Operations::Clock.time(@native.next_after(Operations::Clock.us(now), ahead))
    end
  end
end
