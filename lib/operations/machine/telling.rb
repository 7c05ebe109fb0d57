# frozen_string_literal: true

module Operations
  module Machine
    # What is told of a task, by ids and names of states: attributes, models and arguments may be personal.
    module Telling
      private

      # After what a handler did is stored.
      # @param from [String, nil] the state that it ran in
      def _tell_stored(from = @_from)
        _tell_transition(from || @current_state) if Instrumentation.listening?(:transition)
        _tell_wait if @_running && @_status == :waiting
      end

      # Of a task that has ended in the state it came to with the same write.
      def _tell_arrival(from)
        _tell_move(from, "active", @_trail[-5]) if Instrumentation.listening?(:transition)
      end

      def _tell_transition(from)
        return if from == @current_state && !_finished?

        _tell_move(from, @_status.name, _finished? ? @_trail[-1] : @_trail[-5])
      end

      def _tell_move(from, status, by)
        Instrumentation.instrument(:transition, **_named, from:, to: @current_state, status:, by:, error_class: @exception_class)
      end

      def _tell_wait
        return unless Instrumentation.listening?(:wait)

        Instrumentation.instrument(:wait, **_named, state: @current_state, wake_at: Clock.time(@_wake_us), timeout_at: Clock.time(@_timeout_us), attempts: @_attempts)
      end

      # What is done between a claim and the next sleep, or the end.
      def _telling_wake
        return yield unless Instrumentation.listening?(:wake) || Instrumentation.listening?(:timeout)

        state = @current_state
        begin
          _telling(:wake, state:) { yield }
        ensure
          Instrumentation.instrument(:timeout, **_named, state:, to: @current_state, status: @_status.name) if @_wake_result == :timed_out
        end
      end

      def _telling_interaction(handler)
        return yield unless Instrumentation.listening?(:interaction)

        _telling(:interaction, name: handler.name.name, state: @current_state) { yield }
      end

      def _telling(name, **payload)
        Instrumentation.instrument(name, **_named, **payload) do |told|
          yield
        ensure
          told.update(to: @current_state, status: @_status.name)
        end
      end

      def _named = {task_id: @id, task: type}
    end
  end
end
