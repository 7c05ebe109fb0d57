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

      private

      # Before a sleeping task is saved: the wake of an `after` with `since:` follows what it counts from, unless the author
      # has set the wake. Beside conditions it only comes sooner, so that however often something is saved they are looked
      # at after the delay.
      def _follow_since
        return if @_wake_given || !_since_changed?

        now = Clock.now_us
        at_us = _next_look_us(@_stop, now)
        at_us = [at_us, @_wake_us].compact.min unless @_stop.afters_only
        self._life = @_plan.sleep(_life, at_us, now)
      end

      # What `since:` names may be a method, made of any attributes.
      def _since_changed?
        return false unless _data_changed?

        changed = _unsaved_attribute_names
        names = @_stop.handler.afters.filter_map { |_us, since, _target| since }
        names.any? { |name| changed.include?(name) || !self.class.attribute_definitions.key?(name) }
      end
    end
  end
end
