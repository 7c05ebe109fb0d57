# frozen_string_literal: true

module Operations
  module Executor
    autoload :Async, File.expand_path("async", __dir__) # needs the gem async

    # Who runs tasks. An adapter subclasses this and writes three methods, each of which returns the task.
    class Base
      # Runs an active task here and now, until it sleeps or ends: `task.execute_state_machine`.
      # @param task [Operations::Task] already stored
      # @return [Operations::Task]
      def call(task) = _abstract(:call)

      # Sees to it that a waiting task that is due is woken soon.
      # @param task [Operations::Task] already stored
      # @return [Operations::Task]
      def later(task) = _abstract(:later)

      # Wakes a waiting task: `task.execute_wake`, here or elsewhere.
      # @param task [Operations::Task]
      # @return [Operations::Task]
      def wake(task) = _abstract(:wake)

      # A waiting task has become due because a sub-task of it ended. Need not do anything: it is stored as due, for whoever
      # looks for due tasks.
      # @param id [String, Integer]
      # @return [void]
      def became_due(id) = nil

      private

      def _abstract(name)
        raise NotImplementedError, "#{self.class} has to define ##{name}; Operations::Executor::Base only says what it does"
      end
    end
  end
end
