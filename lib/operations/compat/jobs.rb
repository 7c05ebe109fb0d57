# frozen_string_literal: true

module Operations
  module Compat
    # V1 gave its jobs the task itself: those that it has left in a queue, and an application's own calls, become jobs of ours.
    module Jobs
      # @param arguments [Array] of a job
      # @return [Array] with the id and class of a task instead of it
      def self.named(arguments) = (Task === arguments.first) ? [arguments.first.id, arguments.first.type] : arguments

      # @param arguments [Array]
      def initialize(*arguments) = super(*Jobs.named(arguments))

      private

      def deserialize_arguments(...) = Jobs.named(super)

      # One that deletes a single task, too.
      module Deleting
        # @param id [String, Integer] of a task; alone: the name of a class
        # @param class_name [String]
        def perform(id, class_name = nil) = class_name ? Operations.storage.delete(id) : super(id)
      end
    end
  end
end
