# frozen_string_literal: true

module Operations
  # Reads what people write for a length of time: 90, 1.5, 3.days.
  module Duration
    LONGEST = 10_000 * 366 * 86_400 # seconds; what is longer was not meant, and its moments would not fit

    module_function

    # @param value [Integer, Float, Rational, #to_f] seconds, or a duration such as `3.days`
    # @param word [String, Symbol] the DSL word, for the message
    # @return [Integer] microseconds, zero or more
    # @raise [ArgumentError] when it is no length of time, or longer than ten thousand years
    def us(value, word)
      seconds = seconds(value)
      raise ArgumentError, refusal(value, word) if seconds.nil? || seconds.negative?
      raise ArgumentError, "#{value.inspect} seconds are too long for #{word}; at most 10,000 years" if seconds > LONGEST

      (seconds * 1_000_000).round
    end

    def seconds(value)
      return value if Integer === value # an ActiveSupport::Duration says is_a?(Integer) too
      return if value.nil? || value.is_a?(String) || value.is_a?(Time) || !value.respond_to?(:to_f)

      float = value.to_f
      float.to_r if float.finite?
    end

    def refusal(value, word)
      "cannot read #{value.inspect} as a length of time for #{word}; write seconds " \
        "#{words? ? "(90) or a duration (3.minutes)" : "(90, or 3 * 60)"}"
    end

    # @private
    # @return [Boolean] whether numbers have words for durations here (3.minutes), as ActiveSupport gives them
    def words? = Integer.method_defined?(:minutes)
    private_class_method :seconds, :refusal
  end
end
