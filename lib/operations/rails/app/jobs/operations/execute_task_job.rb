# frozen_string_literal: true

module Operations
  # Runs a task that `MyTask.later`, or a handler's `start`, has made.
  class ExecuteTaskJob < ApplicationJob
    # @param id [String, Integer]
    # @param class_name [String]
    def perform(id, class_name) = Executor::ActiveJob::Performing.run(id, class_name)
  end
end
