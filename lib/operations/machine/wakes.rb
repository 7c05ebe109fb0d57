# frozen_string_literal: true

module Operations
  module Machine
    # Waking: by time, by a person, by the end of a sub-task; and timing out.
    module Wakes
      # Wakes a waiting task whether it is due or not, with what was changed on this copy. Does nothing on a finished
      # task, on one that is being run, and on a copy that is older than what is stored (which it then catches up with).
      # @return [self]
      # @raise [Operations::Timeout] when its timeout has passed and it has no `on_timeout`
      # @raise [Operations::Error] when it was deleted
      # @raise whatever a handler raised, after it was recorded
      def wake_up!
        @_missing = @_deleted && !_finished? && !@_running
        _wake unless @_missing
        raise _not_stored("woken") if @_missing

        self
      end

      # What an executor does to wake a task, in whatever thread, fiber or job it has: claims it, so that of several
      # only one runs it, then times it out or runs it. Where nobody looked in time (no runner ran), the look that was
      # due before the timeout comes first, under the same claim: it may be the one that the task waited for.
      # @return [self]
      def execute_wake
        @_wake_result = nil
        return self if _finished? || @_running || @_deleted

        _refuse_stranger
        now = Clock.now_us
        expired = @_plan.expired?(_life, now)
        look = !expired || _look_missed?
        return _catch_up if stored? && !Operations.storage.claim_copy(self, now)

        @_wake_result = look ? :woken : :timed_out
        self._life = @_plan.wake(_life, now) if waiting?
        _telling_wake { expired ? _run_expired(look, now) : execute_state_machine }
      end

      # @private For executors that wake elsewhere: stores the task as due, with what was changed on this copy.
      # @return [Boolean] whether there is something to wake; a copy that is older than what is stored has caught up
      def _make_due
        return false if _finished? || @_running || @_deleted

        _refuse_stranger
        self.wake_at = Clock.time(Clock.now_us) if waiting? && !_due?
        Operations.storage.save(self) if waiting?
        true
      rescue Fenced
        _catch_up
        false
      end

      # @private
      # @return [Boolean] whether the task waits for a moment that has come
      def _due? = waiting? && [_wake_us, _timeout_us].compact.any? { |moment_us| moment_us <= Clock.now_us }

      # @private Whoever stored its end may have died before the parent was told.
      def _signal_again = _signal_parent

      # @private :woken, :timed_out, or nil when somebody else was quicker
      attr_reader :_wake_result

      # @return [Boolean] whether the task waits and its timeout has passed
      def timeout_expired? = @_plan.expired?(_life, Clock.now_us)

      # @private The error is on the task; whoever wakes many goes on with the next.
      # @yieldparam error [Exception]
      def _wake_quietly
        _wake
        self
      rescue Recorded => error
        yield error if block_given?
        Operations.logger.error("#{self} failed: #{ActiveDataFlow::Shown.error(error)}")
        self
      end

      # @private Back to sleep, due at once, in the state that is stored. What was interrupted did not happen, so that it
      # was due before a timeout that has come meanwhile.
      def _interrupted!
        now = Clock.now_us
        self._life = @_plan.sleep(_life, [now, @_timeout_us&.pred].compact.min, now)
      end

      private

      def _wake
        return if _finished? || @_running

        _unborn? ? _wake_when_born : Operations.executor.wake(self)
      end

      def _wake_when_born
        @_wake_wanted = true
        self
      end

      # A copy that lost takes over what is stored: what was assigned on it was meant for what is no longer there.
      def _catch_up
        current = @id && Operations.storage.find(@id)
        return _adopt(current, {}) if current

        @_missing = true # whoever wakes many goes on
        self
      end

      def _run_expired(look, now) = look ? _guarded { _look_first(now) } : _time_out

      def _look_missed? = !@_wake_us.nil? && @_wake_us < @_timeout_us

      # Nothing of a look that leaves the task where it is gets stored by itself: it goes with the timeout.
      def _look_first(now)
        stop = @_stop || _unknown_state(@current_state)
        return _run_steps if stop.one_commit # it was to be tried again

        @_from = stop.name
        _take_look(stop)
        raise _gone if @_destroyed

        unless in?(stop.name) && @_plan.expired?(_life, now)
          _store_handled(stop)
          return _run_steps
        end
        @_wake_result = :timed_out
        self._life = @_plan.wake(_life, now)
        _run_timeout(self.class.timeout_work)
      end

      # Of an error that is to be tried again there is no other try: the time is over.
      def _take_look(stop)
        stop.handler.call(self)
      rescue Recorded => error
        raise if _finished? || _overtaken?(error) || !_rule_for(error)&.again?(_tries)

        Operations.logger.warn("#{self} times out in #{@current_state} instead of trying again: #{ActiveDataFlow::Shown.error(error)}")
        self._life = @_plan.sleep(_life, Clock.now_us, Clock.now_us)
      end

      def _time_out
        handler = self.class.timeout_work
        return _fail_by_timeout unless handler

        _guarded { _run_timeout(handler) }
      end

      def _run_timeout(handler)
        return _fail_by_timeout unless handler

        @_from = @current_state
        @_mover = "timeout"
        before = @_timeout_us
        _time_out_by(handler)
        raise _gone if @_destroyed
        return _leave_timed_out_state if _finished? || !in?(@_from)
        unless _later_timeout?(before)
          @_stayed ? raise(_timed_out_to_itself) : _fail_by_timeout
        end
        @_mover = nil
        sleep_until_woken
        _store_step
      end

      def _time_out_by(handler)
        @_stayed = nil
        @_timing_out = true
        handler.call(self)
      ensure
        @_timing_out = false
      end

      def _timed_out_to_itself
        @_mover = nil
        Error.new("#{self.class.name || Registry::UNNAMED} asks in on_timeout for :#{@current_state}, the state that has timed out. " \
          "Let it go to another state, or give it time: self.timeout_at = ...", self)
      end

      def _leave_timed_out_state
        _store_step
        _run_steps
      end

      def _later_timeout?(before)
        at_us = _timeout_us
        at_us.nil? || (at_us != before && at_us > Clock.now_us)
      end

      def _fail_by_timeout
        error = Timeout.new("Timeout expired", self)
        @_mover = nil
        record_error!(error, History::TIMED_OUT)
        raise error
      end
    end
  end
end
