# frozen_string_literal: true

module Operations
  # Wakes a task that is due.
  class WakeTaskJob < ApplicationJob
    # (see ExecuteTaskJob#perform)
    def perform(id, class_name) = Executor::ActiveJob::Performing.run(id, class_name)
  end
end
