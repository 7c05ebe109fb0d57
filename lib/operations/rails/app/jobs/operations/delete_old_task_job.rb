# frozen_string_literal: true

module Operations
  # Deletes the finished tasks of a class whose `delete_at` has passed.
  class DeleteOldTaskJob < ApplicationJob
    # @param class_name [String]
    def perform(class_name) = Executor::ActiveJob::Performing.delete_old(class_name)
  end
end
