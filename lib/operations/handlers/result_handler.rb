# frozen_string_literal: true

module Operations
  module Handlers
    # A state in which the task is completed.
    class ResultHandler
      # @return [Symbol] the state
      attr_reader :name

      # @param name [Symbol, String]
      def initialize(name)
        @name = name.to_sym
      end

      def immediate? = true

      # Completes the task.
      def call(task)
        task.update(task_status: "completed", completed_at: Clock.time(Clock.now_us))
      end

      # @private
      def compile(_klass) = nil

      # @private
      def edges = []

      # @private
      def block_edges(_klass) = [[], false]

      # @private
      def short_way = []
    end
  end
end
