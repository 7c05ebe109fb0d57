# frozen_string_literal: true

module Operations
  # The one place that asks what time it is. It asks `Time.now`, so that whatever moves that in a spec
  # (ActiveSupport's `travel_to`, Timecop, a stub) moves every wake, timeout and deletion too.
  module Clock
    module_function

    # @return [Integer] microseconds since the epoch
    def now_us
      now = Time.now
      now.to_i * 1_000_000 + now.usec
    end

    # Ruby's own, or nil when somebody had replaced it before this file was loaded, as Timecop does.
    NOW = Time.method(:now).then { |now| now if now.source_location.nil? || now.source_location.first.start_with?("<internal:") }
    private_constant :NOW

    # A burst asks once, when it begins: who replaces `Time.now` in a handler moves what is asked from there on, and the
    # steps of the runs that follow, but not the steps of the run that this handler is part of.
    # @return [Boolean] whether `Time.now` is Ruby's own, so that the system's clock may be read without it
    def system? = Time.method(:now) == NOW

    # @param us [Integer, nil] microseconds since the epoch
    # @return [Time, nil] in UTC
    def time(us)
      us && Time.at(us / 1_000_000, us % 1_000_000, :usec, in: "UTC")
    end

    # @param moment [Time, Date, DateTime, #to_time, String, nil] a String is read as ISO 8601, UTC where it names no
    #   zone; a Date is its midnight in UTC, wherever the machine stands
    # @return [Integer, nil] microseconds since the epoch
    # @raise [ArgumentError] when it is no moment
    def us(moment)
      case moment
      when nil then nil
      when Time then moment.to_i * 1_000_000 + moment.usec
      when String then ActiveDataFlow::Native.parse_time(moment)
      else
        return us(Time.utc(moment.year, moment.month, moment.day)) if date?(moment)
        return us(moment.to_time) if moment.respond_to?(:to_time)

        raise ArgumentError, "cannot read #{moment.inspect} as a moment; give a Time or ISO 8601 text"
      end
    end

    def date?(moment) = defined?(::Date) && moment.instance_of?(::Date)
    private_class_method :date?
  end
end
