# frozen_string_literal: true

module Operations
  module Machine
    # What the long way calls on the task, and what may therefore be seen or replaced by others.
    HOOKS = {go_to: Transitions, complete: Transitions, sleep_until_woken: Transitions, update: Persistence,
             instance_exec: BasicObject, instance_eval: BasicObject}.freeze

    # The short way through a burst of immediate states: for a task in a memory storage, whose class and object leave
    # the methods that people may override as they are. One method call for the author's block, one call into Rust that
    # applies the core's transition, stores it and notes it; nothing else is worked out before somebody asks for it ({#_settle}).
    #
    # Whatever is out of the ordinary (the block moved the task itself, sub-tasks, a wait, an override, a spy, somebody who listens to transitions) takes the
    # long way, which does the same through {Transitions#go_to}, `update` and `storage.save`.
    module Burst
      # @param klass [Class] may be a singleton class
      # @return [Boolean] whether somebody overrides one of the hooks
      def self.hooked?(klass) = HOOKS.any? { |name, owner| klass.instance_method(name).owner != owner }

      private

      # Goes as far as the short way leads.
      # @param run [ActiveDataFlow::Native::Run]
      # @return [true, nil] nil when the step at hand was not done, and has to take the long way
      def _burst(run)
        while (work = (stop = @_stop)&.work)
          @_from = from = stop.name
          target = stop.target
          if target
            __send__(work)
          else
            target = __send__(work) ? stop.yes : stop.no
          end
          return _leave_burst(stop, target) unless @_moved_us.nil? && @current_state == from && @_status == :active && @_started.nil? && @pending_models.nil? && @_mover.nil?

          changed = (@_changed_attributes || @_unsaved || @_shared_attributes) && _data_changed?
          run.move(@_version, target.number, changed ? serialised_attributes : nil) || raise(_fenced)
          @_version += 1
          @_stop = target
          @current_state = target.name
          data_saved! if changed
        end
        _burst_end(run) if stop&.result
      end

      # The task has reached a result.
      def _burst_end(run)
        return if @_started || @pending_models || @_mover

        changed = (@_changed_attributes || @_unsaved || @_shared_attributes) && _data_changed?
        at_us = run.finish(@_version, changed ? serialised_attributes : nil) || raise(_fenced)
        @_version += 1
        @_status = :completed
        @_completed_us = at_us
        data_saved! if changed
        _signal_parent
        true
      end

      def _begin_burst
        _take_over_passed
        @_run = (Operations.storage.burst_of(self) if @_plain && !Instrumentation.listening?(:transition))
      end

      # What the run has noted (the newest hundred steps) becomes history when somebody looks.
      def _take_over_passed
        moves, passed, ended = @_run.take_passed if @_run
        @_run = nil unless @_running
        return unless moves

        @_lag = true
        _append_passed(moves, passed) unless moves.zero?
        return unless ended

        @_updated_us = @_completed_us
        @_trail[-2] = History::COMPLETED
      end

      def _append_passed(moves, passed)
        @_steps += moves
        @_entered_us = @_updated_us = passed[-3]
        @_trail[-2] = History::MOVED unless @_trail.empty?
        @_trail.concat(passed)
        spare = @_trail.size - History::KEPT * History::FIELDS
        @_trail.shift(spare) if spare > 0
      end

      # The block did more than to return: what the handler would have done after it, the long way.
      def _leave_burst(stop, target)
        go_to(target.name)
        _store_handled(stop)
        true
      end
    end
  end
end
