# frozen_string_literal: true

module Operations
  module Machine
    # What becomes of a task whose handler raised: it tries again, fails, or goes on elsewhere.
    module Failing
      # Marks the task as failed, keeps what happened, and stores it.
      # @param error [Exception]
      # @return [self]
      def record_error!(error, outcome = History::FAILED)
        _mark_failed(error, outcome)
        _store_failure
        self
      end

      # Goes on with a failed task: the handler that failed runs again.
      # @return [self]
      # @raise [InvalidState] when the task has not failed
      def retry!
        raise InvalidState.new("#{self} is #{task_status}; only a failed task can be retried", self) unless failed?

        _refuse_stranger
        _revive
        _note_retry
        return wake_up! if _unborn?

        Operations.storage.save(self)
        Operations.executor.call(self)
        self
      end

      # @private
      # @return [Hash] :queue and :priority of the task's next job, where it waits for another try and the rule says so
      def _retry_job = @_attempts.positive? ? @_retry_job || self.class._retry_job : NOTHING

      private

      def _mark_failed(error, outcome)
        error.about(self) if error.is_a?(Error)
        _back_to_handler
        self._life = @_plan.fail(_life, Clock.now_us)
        @exception_class = error.class.to_s
        @exception_message = _message_of(error)
        @exception_backtrace = error.backtrace&.join("\n")
        _ended(outcome)
        @_started = nil
      end

      def _retry_or_record(error)
        raise error if _finished? && !_ended_too_soon?

        rule = _rule_for(error)
        return _again_later(rule, error) if rule&.again?(_tries)
        return _end_tries(rule.exhausted, error) if rule&.exhausted

        record_error!(error)
        raise error
      end

      def _rule_for(error) = self.class.retry_rules.find { |rule| rule.matches?(error) }

      # The block stands where the error would be raised. Nobody sees the task failed before it has said whether that is
      # so: a parent would act on it.
      def _end_tries(block, error)
        _mark_failed(error, History::FAILED)
        @_last_word = :open
        block.call(self, error)
        @_from = @current_state
        return _guarded { _go_on } if @_last_word == :moved

        _store_failure if failed? && @_running
      rescue Recorded
        _store_failure if failed? && @_running
        raise
      ensure
        @_last_word = nil
      end

      def _go_on
        @_last_word = nil # here it is a handler's run again
        _store_step
        _run_steps
      end

      # `go_to` in that block.
      def _leave_failure(stop)
        raise _own_state(stop) if stop.equal?(@_stop)

        _revive
        @_last_word = :moved
        @_mover = "retry_on"
      end

      def _revive
        @_last_word = nil
        self._life = @_plan.revive(_life, Clock.now_us)
        @exception_class = @exception_message = @exception_backtrace = nil
      end

      # A handler that ended the task and then raised has ended nothing: the task is as it is stored.
      def _ended_too_soon?
        stored = @id && Operations.storage.find(@id)
        return false if stored.nil? || stored._finished?

        _adopt(stored)
        true
      end

      def _message_of(error)
        error.message
      rescue Recorded => second
        "(its message raised #{second.class})"
      end

      def _tries
        _back_to_handler
        _settle
        @_attempts + 1
      end

      # What the handler left behind may be just what cannot be stored: the failure then goes with what was stored before.
      def _store_failure
        _store_step
      rescue Fenced
        raise
      rescue Recorded
        stored = @id && Operations.storage.find(@id)
        raise unless stored

        restore_data(_copy(stored.serialised_attributes), stored.serialised_models)
        _store_step
      end

      # A `wait:` of the author's that fails has no second try.
      def _wait_us(rule, error)
        rule.wait_us(@_attempts + 1, error)
      rescue Recorded => second
        record_error!(second)
        raise
      end

      def _again_later(rule, error)
        wait_us = _wait_us(rule, error)
        Operations.logger.warn("#{self} waits in #{@current_state} to try again: #{ActiveDataFlow::Shown.error(error)}")
        self._life = @_plan.retry_later(_life, wait_us, Clock.now_us)
        @_started = nil
        _note_step
        _note_retry
        Operations.storage.save(self)
        @_retry_job = rule.job
        Instrumentation.report(error, **_named, state: @current_state) if rule.report?
        _tell_stored
      end

      # What failed is the handler that ran, not the state it had already asked for.
      def _back_to_handler
        return if @_from.nil? || @current_state.equal?(@_from)

        _settle
        @_stop = @_stops[@_from]
        @current_state = @_from
        @_entered_us = @_trail[-3] || @_entered_us
      end
    end
  end
end
