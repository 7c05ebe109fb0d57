# frozen_string_literal: true

module Operations
  module Machine
    # What the long way calls on the task, and what may therefore be seen or replaced by others.
    HOOKS = {go_to: Transitions, complete: Transitions, sleep_until_woken: Transitions, update: Persistence,
             instance_exec: BasicObject, instance_eval: BasicObject}.freeze

    # The short way through a burst of immediate states: for a task in a memory storage, whose class and object leave
    # the methods that people may override as they are. One method call for the author's block, one call into Rust that
    # applies the core's transition and stores it; nothing else is worked out before somebody asks for it.
    #
    # Whatever is out of the ordinary (the block moved the task itself, sub-tasks, a wait, an override, a spy) takes the
    # long way, which does the same through {Transitions#go_to}, `update` and `storage.save`.
    module Burst
      # @param klass [Class] may be a singleton class
      # @return [Boolean] whether somebody overrides one of the hooks
      def self.hooked?(klass) = HOOKS.any? { |name, owner| klass.instance_method(name).owner != owner }

      private

      # @return [true, nil] nil when nothing was done, and this step has to take the long way
      def _burst_step(native)
        stop = @_stop
        return _burst_end(native) if stop.result

        work = stop.work
        return unless work

        @_from = stop.name
        target = stop.target
        if target
          __send__(work)
        else
          target = __send__(work) ? stop.yes : stop.no
        end
        return _leave_burst(stop, target) unless @_stop.equal?(stop) && @_status == :active && @_started.nil? && @pending_models.nil? && @_mover.nil?

        _burst_to(native, target)
      end

      def _burst_to(native, target)
        changed = (@_changed_attributes || @_unsaved || @_shared_attributes) && _data_changed?
        at_us = native.move(@id, @_version, @_plan, target.name, Time.now, changed ? serialised_attributes : nil) || raise(_fenced)
        @_stop = target
        @current_state = target.name
        @_version += 1
        @_steps += 1
        @_entered_us = @_updated_us = at_us
        @_lag = true
        trail = @_trail
        trail[-2] = History::MOVED
        trail << target.name << at_us << History::STAYED << nil
        trail.shift(History::FIELDS) if trail.size > History::KEPT * History::FIELDS
        data_saved! if changed
        true
      end

      # The task has reached a result.
      def _burst_end(native)
        return if @_started || @pending_models || @_mover

        changed = (@_changed_attributes || @_unsaved || @_shared_attributes) && _data_changed?
        at_us = native.finish(@id, @_version, @_plan, Time.now, changed ? serialised_attributes : nil) || raise(_fenced)
        @_version += 1
        @_status = :completed
        @_completed_us = @_updated_us = at_us
        @_lag = true
        @_trail[-2] = History::COMPLETED
        data_saved! if changed
        _signal_parent
        true
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
