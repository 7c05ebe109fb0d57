# frozen_string_literal: true

module ActiveDataFlow
  module Testing
    # What every example has.
    module Helpers
      # Runs a flow to its end, here and now.
      #
      #   expect(perform_flow(OrderExportFlow, since: Date.yesterday)).to be_success
      #
      # @param flow [Class]
      # @param arguments [Hash] of the flow
      # @return [Run] whatever became of it: a failed one has its error
      # @raise what kept the run from beginning
      def perform_flow(flow, **arguments)
        known = flow.runs.map(&:id)
        flow.run_now(**arguments)
      rescue => error
        flow.runs.find { |run| run.failed? && (!known.include?(run.id) || run.error_message == error.message) } || raise
      end

      # Carries over all runs that are due, those that they start as well, until none is: by their jobs where these wait in
      # ActiveJob's :test adapter, else directly.
      # @return [Array<Run>] whatever became of them
      # @raise [Error] when there is no end of it
      def perform_flows = Performing.flows

      # Wakes all tasks that are due, and those that get due by it, until none is.
      # @return [Array<Operations::Task>] whatever became of them
      # @raise [Error] when there is no end of it
      def perform_tasks = Performing.tasks

      # Moves the clocks to when a waiting task is looked at next. They stand still from there on, until the end of the example.
      # @param task [Operations::Task]
      # @return [Operations::Task] as it is stored now
      # @raise [Error] when it does not wait
      def travel_to_wake(task) = travel_to_moment(task, :wake_at, "wakes")

      # The same to when it has waited too long.
      # @param (see #travel_to_wake)
      # @return (see #travel_to_wake)
      # @raise [Error] when it does not wait, or for ever
      def travel_to_timeout(task) = travel_to_moment(task, :timeout_at, "times out")

      # Tasks in memory, run here and now; runs in memory, and numbers, forgotten: for a `before` hook of examples that are to
      # have nothing of each other, and no database.
      # @return [void]
      def reset_operations
        Operations.reset!
        Operations.configure do |config|
          config.storage = Operations::Storage::Memory.new
          config.executor = Operations::Executor::Inline.new
        end
        RunStore.reset!
        Metrics.reset!
      end

      private

      def travel_to_moment(task, moment, what)
        task.reload
        at = task.public_send(moment) if task.waiting?
        raise Error, "#{task} is #{task.task_status} in #{task.current_state} and never #{what}" unless at

        Moments.go(self, at)
        task
      end
    end
  end
end
