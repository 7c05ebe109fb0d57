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

      # @private For {Testing#test}: nothing is stored.
      def _run_handler_once
        @_running = :test
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
        _forget if @_destroyed
      end

      # @private
      def _running? = @_running ? true : false

      # @private
      # @return [Boolean] whether a block has moved or ended the task that was in this state
      def _left?(state) = @_status != :active || !@current_state.equal?(state) || !@_moved_us.nil?

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
        return _step_in_one_commit(stop) if stop.one_commit

        stop.handler.call(self)
        _store_handled(stop)
      end

      # After a handler: what it did is stored before the next one runs.
      def _store_handled(stop)
        raise _gone if @_destroyed
        raise _own_state(stop) if @_stop.equal?(stop) && @_status == :active

        return _store_end if @_plain && @_stop.result && @_status == :active
        return _store_step if @_started || _finished?

        Operations.storage.save(self)
        _tell_stored
      end

      # A result only ends the task: reaching it and the end are one write, and told of one after the other.
      def _store_end
        from = @_from
        @_stop.handler.call(self)
        _store_step(@current_state) { _tell_arrival(from) }
      end

      # The handler that asks would have to end first; run from its last stored state, it would ask again, and again.
      def _refuse_another
        return unless UnderWay.another?(self)

        raise Busy.new("#{self} is being run right here, by the handler that called another object of it. " \
          "Let that handler end: the task goes on by itself.", self)
      end

      # One object may be handed to a fiber and held by somebody else: only who runs it is inside a handler.
      def _running_here? = @_running && @_runner.equal?(Fiber.current)

      # One rescue for all that runs the author's code.
      def _guarded
        outer = UnderWay.enter(self)
        @_running = true
        @_runner = Fiber.current
        settled = false
        yield
        settled = true
        self
      rescue Recorded => error
        settled = _handle(error)
        self
      rescue SystemExit => error
        _record_exit(error)
        raise
      ensure
        UnderWay.leave(outer)
        @_running = false
        @_from = @_started = nil
        _forget if @_destroyed
        _give_back unless settled
      end

      # A run that was overtaken ends quietly: it neither goes on nor records a failure.
      # @return [Boolean] whether what is stored is what came of it
      def _handle(error)
        return false if _overtaken?(error)
        raise error if @_destroyed

        _retry_or_record(error)
        true
      rescue Fenced => second
        raise unless _overtaken?(second)
      end

      def _overtaken?(error) = error.is_a?(Fenced) && error.task.equal?(self)

      # Stores a transition together with the sub-tasks the handler started, then tells who needs to know.
      # @yield after it is stored: what is to be told before
      def _store_step(from = @_from)
        return if _unborn? || @_running == :test
        raise _gone if @_destroyed

        started = @_started
        @_started = nil
        started ? _store_with(started) : Operations.storage.save(self)
        yield if block_given?
        _tell_stored(from)
        _signal_parent if _finished?
      end

      def _store_with(started)
        tasks, flows = started.partition { |one| one.is_a?(Task) }
        tasks.each(&:_about_to_be_stored)
        storage = Operations.storage
        _store_flows(flows) do
          children = _save_with(storage, tasks, flows).zip(tasks.map(&:_wake_wanted!)).select { |child,| child.waiting? }
          storage.after_commit { _hand_over_all(children) } if children.any?
        end
        _signal_oneself if tasks.any?(&:_finished?)
      end

      def _hand_over_all(children)
        executor = Operations.executor
        return executor.later_all(children.map(&:first)) if executor.respond_to?(:later_all)

        children.each { |child, wanted| _hand_over(child, wanted) }
      end

      # A sub-task that was ended before it was stored has told nobody.
      def _signal_oneself = Operations.storage.signal(@id)

      # The sub-task is stored and due: whatever goes wrong here is not its parent's failure.
      def _hand_over(child, at_once)
        at_once ? Operations.executor.wake(child) : Operations.executor.later(child)
      rescue Recorded => error
        Operations.logger.error("#{child} failed: #{ActiveDataFlow::Shown.error(error)}")
      end

      def _signal_parent
        Parent.child_ended(@parent_task_id) if @parent_task_id
      end

      def _own_state(stop)
        Error.new("#{self.class.name || Registry::UNNAMED} asks in :#{stop.name} for :#{stop.name} itself, which would never end. " \
          "Let it go to another state, or wait with wait_until.", self)
      end

      # A task that its own handler has destroyed has nothing left to store: the run ends quietly.
      def _gone = Busy.new("#{self} was destroyed by its own handler", self).extend(Fenced)

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
      rescue Recorded => error
        Operations.logger.error("#{self} could not be given back: #{ActiveDataFlow::Shown.error(error)}")
      end
    end
  end
end
