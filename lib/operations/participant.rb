# frozen_string_literal: true

module Operations
  # Include it in a model to find the tasks that name it in an attribute they `index`.
  #
  #   class User < ApplicationRecord
  #     include Operations::Participant
  #   end
  #   user.operations                      # every task that indexes an attribute with this user in it
  #   user.operations_as(:approver)        # those where it stands in `approver`
  module Participant
    # One model in one indexed attribute of one task.
    Entry = Data.define(:task, :participant, :attribute_name)

    # A model with callbacks is forgotten where it stood when it is destroyed.
    def self.included(model)
      super
      model.after_destroy { Operations.storage.forget(self) } if model.respond_to?(:after_destroy)
    end

    # @return [Array<Operations::Task>]
    def operations = Operations.storage.tasks_of(self)

    # @param attribute_name [Symbol, String]
    # @return [Array<Operations::Task>]
    def operations_as(attribute_name) = Operations.storage.tasks_of(self, attribute_name)

    # @return [Array<Entry>] one for each task and attribute that it stands in
    def operations_participants = operations.flat_map(&:participants).select { |entry| entry.participant == self }
  end
end
