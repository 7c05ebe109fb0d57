# frozen_string_literal: true

module Operations
  module Machine
    # The run loop: one handler after the other, each transition stored before the next handler runs.
    module Running
      # Runs a task that is active until it sleeps or ends. Executors call this.
      # @return [self]
      # @raise whatever a handler raised, after it was recorded
      def execute_state_machine
        _guarded { _run_steps }
      end

      # Marks the task as failed, keeps what happened, and stores it.
      # @param error [Exception]
      # @return [self]
      def record_error!(error, outcome = History::FAILED)
        error.about(self) if error.is_a?(Error)
        _back_to_handler
        self._life = @_plan.fail(_life, Clock.now_us)
        @exception_class = error.class.to_s
        @exception_message = _message_of(error)
        @exception_backtrace = error.backtrace&.join("\n")
        _ended(outcome)
        @_started = nil
        _store_failure
        self
      end

      # Goes on with a failed task: the handler that failed runs again.
      # @return [self]
      # @raise [InvalidState] when the task has not failed
      def retry!
        raise InvalidState.new("#{self} is #{task_status}; only a failed task can be retried", self) unless failed?

        self._life = @_plan.revive(_life, Clock.now_us)
        @exception_class = @exception_message = @exception_backtrace = nil
        _note_retry
        Operations.storage.save(self)
        Operations.executor.call(self)
        self
      end

      # @private
      def _run_handler_once
        @_running = true
        @_runner = Fiber.current
        @_from = @current_state
        @_stops[@current_state].handler.call(self)
        self
      rescue Error => error
        error.about(self)
        raise
      ensure
        @_running = false
        @_from = nil
      end

      private

      def _run_steps
        run = _begin_burst
        while @_status == :active
          (run && _burst(run)) || _step
        end
      end

      def _step
        stop = @_stop || _unknown_state(@current_state)
        @_from = stop.name
        stop.handler.call(self)
        _store_handled(stop)
      end

      # After a handler: what it did is stored before the next one runs.
      def _store_handled(stop)
        raise _own_state(stop) if @_stop.equal?(stop) && @_status == :active

        (@_started || _finished?) ? _store_step : Operations.storage.save(self)
      end

      # One object may be handed to a fiber and held by somebody else: only who runs it is inside a handler.
      def _running_here? = @_running && @_runner.equal?(Fiber.current)

      # One rescue for all that runs the author's code.
      def _guarded
        @_running = true
        @_runner = Fiber.current
        settled = false
        yield
        settled = true
        self
      rescue *RECORDED => error
        _handle(error)
        self
      ensure
        @_running = false
        @_from = @_started = nil
        _give_back unless settled
      end

      # A run that was overtaken ends quietly: it neither goes on nor records a failure.
      def _handle(error)
        _retry_or_record(error) unless _overtaken?(error)
      rescue Fenced => second
        raise unless _overtaken?(second)
      end

      def _overtaken?(error) = error.is_a?(Fenced) && error.task.equal?(self)

      def _retry_or_record(error)
        raise error if _finished? && !_ended_too_soon?

        rule = self.class.retry_rules.find { |candidate| candidate.matches?(error) }
        return _again_later(_wait_us(rule), error) if rule&.again?(_tries)

        record_error!(error)
        raise error unless rule&.exhausted

        @_running = false
        rule.exhausted.call(self, error)
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
      rescue *RECORDED => second
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
      rescue *RECORDED
        stored = @id && Operations.storage.find(@id)
        raise unless stored

        restore_data(_copy(stored.serialised_attributes), stored.serialised_models)
        _store_step
      end

      # A `wait:` of the author's that fails has no second try.
      def _wait_us(rule)
        rule.wait_us(@_attempts + 1)
      rescue *RECORDED => error
        record_error!(error)
        raise
      end

      def _again_later(wait_us, error)
        Operations.logger.warn("#{self} waits in #{@current_state} to try again: #{error.class}: #{error.message}")
        self._life = @_plan.retry_later(_life, wait_us, Clock.now_us)
        @_started = nil
        _note_step
        _note_retry
        Operations.storage.save(self)
      end

      # What failed is the handler that ran, not the state it had already asked for.
      def _back_to_handler
        return if @_from.nil? || @current_state.equal?(@_from)

        _settle
        @_stop = @_stops[@_from]
        @current_state = @_from
        @_entered_us = @_trail[-3] || @_entered_us
      end

      # Stores a transition together with the sub-tasks the handler started, then tells who needs to know.
      def _store_step
        started = @_started
        @_started = nil
        started ? _store_with(started) : Operations.storage.save(self)
        _signal_parent if _finished?
      end

      def _store_with(started)
        children = Operations.storage.save_with(self, started)
        children.each { |child| _hand_over(child) if child.waiting? }
      end

      # The sub-task is stored and due: whatever goes wrong here is not its parent's failure.
      def _hand_over(child)
        Operations.executor.later(child)
      rescue *RECORDED => error
        Operations.logger.error("#{child} failed: #{error.class}: #{error.message}")
      end

      # Outside the commit: a wake inside it would be lost.
      def _signal_parent
        Operations.storage.signal(@parent_task_id) if @parent_task_id
      end

      def _own_state(stop)
        Error.new("#{self.class.name || Registry::UNNAMED} asks in :#{stop.name} for :#{stop.name} itself, which would never end. " \
          "Let it go to another state, or wait with wait_until.", self)
      end

      # The handler has not come to an end that is stored: the process is leaving, or somebody else has changed the task
      # in the meantime. What is stored goes back to sleep, due at once, so that it is run again.
      def _give_back
        task = Operations.storage.find(@id) if stored? && type # without a class name nothing is found again
        return unless task

        overtaken = task.active? || active? || task._version != @_version
        if task.active?
          task._interrupted!
          Operations.storage.save(task)
        end
        _adopt(task) if overtaken
      rescue *RECORDED => error
        Operations.logger.error("#{self} could not be given back: #{error.class}: #{error.message}")
      end
    end
  end
end
