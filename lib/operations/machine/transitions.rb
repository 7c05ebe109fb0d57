# frozen_string_literal: true

module Operations
  module Machine
    # How a task changes its state. The core decides every transition; what stands here asks it and takes over the answer.
    #
    # Inside a burst of immediate states only the name of the state changes, so {#go_to} just remembers it and when:
    # the storage applies the core's transition in the one call that also stores it, and {#settle} does so for whoever
    # looks at a moment in between.
    module Transitions
      # Moves the task. In a wait state, asking for the state it is in means to sleep on; in an interaction it is nothing,
      # and the task's clocks go on. Outside of its handlers, a waiting task goes on waiting, due at once in a state
      # that runs at once: `save!` it for the runner, or `wake_up!` it.
      # @param state [Symbol, String]
      # @raise [InvalidState] for a state the task does not have (it then stays where it is), or a finished task
      def go_to(state)
        stop = @_stops[state] || _missing_target(state)
        return unless stop
        return _stay if stop.equal?(@_stop) && (@_running == :interaction || @_timing_out) && !_finished?

        _take_over_passed if @_run
        if stop.immediate && @_status == :active
          @_stop = stop
          @current_state = stop.name
          @_entered_us = @_moved_us = Clock.now_us
          @_lag = true
        else
          _leave_for(stop)
        end
      rescue InvalidState => error
        raise error.about(self)
      end

      # Puts the task to sleep in the state it is in, for its `delay`, or up to the next `after` where that comes first.
      # @return [self]
      def sleep_until_woken
        now = Clock.now_us
        self._life = @_plan.sleep(_life, _next_look_us(@_stop, now), now)
        self
      rescue InvalidState => error
        raise error.about(self)
      end
      alias_method :go_to_sleep!, :sleep_until_woken

      # Completes the task; what a `result` does.
      # @return [self]
      def complete(at_us = Clock.now_us)
        self._life = @_plan.complete(_life, at_us)
        _ended(History::COMPLETED)
        self
      rescue InvalidState => error
        raise error.about(self)
      end

      # @private What moved the task, for its history.
      def _moved_by(name)
        @_mover = name
      end

      # @private
      # @return [Array] as the core takes it
      def _life
        _settle
        [CODES[@_status], @current_state, @_entered_us, @_wake_us, @_timeout_us, @_delete_us, @_completed_us, @_failed_us,
          @_steps, @_attempts, @_created_us, @_updated_us]
      end

      # @private
      # @return [Array] flat, with the step that is not stored yet
      def _trail_now
        _note_step
        @_trail
      end

      private

      def _life=(life)
        status, state, @_entered_us, @_wake_us, @_timeout_us, @_delete_us, @_completed_us, @_failed_us,
          @_steps, @_attempts, @_created_us, @_updated_us = life
        @_status = STATUSES[status]
        @_stop = @_stops[state]
        @current_state = @_stop ? @_stop.name : state
        @_lag = false
        @_moved_us = nil
      end

      # Applies the moves (and the completion) that so far only changed what everybody looks at.
      def _settle
        _take_over_passed if @_run
        return true unless @_lag

        @_lag = false
        completed_us = @_completed_us
        life = @_plan.create_in(@current_state, @_entered_us)
        life[8] = @_moved_us ? @_steps + 1 : @_steps
        life[10] = @_created_us
        life[11] = @_updated_us
        self._life = completed_us ? @_plan.complete(life, completed_us) : life
        true
      end

      def _leave_for(stop)
        _leave_failure(stop) if @_last_word == :open && @_status == :failed
        return _sleep_on if stop.name == @current_state && !stop.immediate
        return _wait_in(stop) if stop.immediate && @_status == :waiting && !@_running

        now = Clock.now_us
        self._life = @_plan.move(_life, stop.name, now)
        return if stop.immediate || !stop.afters

        self._life = @_plan.sleep(_life_before_step, _next_look_us(stop, now), now) unless _first_look_sooner?(stop, now)
      end

      # Who else would run it?
      def _wait_in(stop)
        now = Clock.now_us
        self._life = @_plan.move(_life, stop.name, now) unless stop.equal?(@_stop)
        self._life = @_plan.sleep(_life_before_step, now, now)
      end

      # Its own state is no way out of a timeout: see {Wakes}.
      def _stay
        @_stayed = true
      end

      # A look that worked ends the count of those that failed.
      def _sleep_on
        @_attempts = 0
        sleep_until_woken
      end

      # Moving and falling asleep are one transition.
      def _life_before_step = _life.tap { |life| life[8] -= 1 }

      def _first_look_sooner?(stop, now)
        after_us = stop.handler.next_after_us(self)
        !stop.afters_only && @_wake_us && (after_us.nil? || @_wake_us <= after_us)
      end

      # When a wait is looked at next: after the delay if it has conditions, at the first `after` if that is sooner.
      # @return [Integer, nil] nil: after the delay
      def _next_look_us(stop, now)
        return unless stop&.afters

        after_us = stop.handler.next_after_us(self)
        return after_us ? [after_us, now].max : nil if stop.afters_only || after_us.nil?

        after_us.clamp(now, now + Duration.us(self.class.background_delay, :delay))
      end

      # nil after a block that has moved the task itself is no target, and none is needed.
      def _missing_target(state)
        _unknown_state(state) unless state.nil?
        return if @_destroyed
        return if @_from && (_finished? || !@current_state.equal?(@_from) || @_status != :active)
        raise _own_state(@_stop) if @_moved_us

        raise InvalidState.new("#{self.class.name || Registry::UNNAMED} does not say where :#{@current_state} goes next. " \
          "Write .then(:state) or go_to :state below it, or call go_to in its block.", self)
      end

      def _note_step
        _take_over_passed if @_run
        return if @_trail[-4] == @current_state

        @_trail[-2] = History::MOVED if @_trail[-2] == History::STAYED
        @_trail[-1] = @_mover unless @_trail.empty? || @_mover.nil?
        @_mover = nil
        _push_step(@_entered_us)
      end

      def _note_retry
        @_trail[-2] = History::RETRIED
        _push_step(Clock.now_us)
      end

      def _push_step(at_us)
        @_trail.push(@current_state, at_us, History::STAYED, nil)
        @_trail.shift(History::FIELDS) if @_trail.size > History::KEPT * History::FIELDS
      end

      def _ended(outcome, by = nil)
        _note_step
        @_trail[-2] = outcome
        @_trail[-1] = by if by
      end
    end
  end
end
