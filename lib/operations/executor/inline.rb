# frozen_string_literal: true

module Operations
  module Executor
    # Runs everything in the calling thread. `later` leaves the task waiting and due, for a runner or `wake_up!`.
    class Inline < Base
      # @param run_later [Boolean] true: `later` wakes the task at once
      def initialize(run_later: false)
        super()
        @run_later = run_later
      end

      # (see Base#call)
      def call(task) = task.execute_state_machine

      # (see Base#later)
      def later(task) = @run_later ? wake(task) : task

      # (see Base#wake)
      def wake(task) = task.execute_wake
    end
  end
end
