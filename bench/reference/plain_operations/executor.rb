# frozen_string_literal: true

module PlainOperations
  module Executor
    # Everything in the calling thread. `later` leaves the task to whoever wakes it.
    class Inline
      def call(task)
        task.execute_state_machine
        task
      end

      def later(task) = task

      def wake(task)
        task.status = :active
        call(task)
      end
    end
  end
end
