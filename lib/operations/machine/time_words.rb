# frozen_string_literal: true

module Operations
  module Machine
    # What `after` in a wait asks the task.
    module TimeWords
      # @private
      # @param us [Integer] microseconds
      # @param since [Symbol, nil] attribute to count from
      def _time_passed?(us, since)
        at_us = _time_passes_at(us, since)
        !at_us.nil? && at_us <= Clock.now_us
      end

      # @private
      # @return [Integer, nil] nil while the attribute is empty
      def _time_passes_at(us, since)
        _settle
        from_us = since ? Clock.us(public_send(since)) : @_entered_us
        from_us && from_us + us
      end
    end
  end
end
