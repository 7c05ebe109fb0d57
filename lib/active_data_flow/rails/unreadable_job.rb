# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # A job whose arguments cannot be read any more: what they named was deleted. They are still there as they were written.
    class UnreadableJob
      # @param job [::ActiveJob::Base]
      def initialize(job)
        @arguments = job.serialize.fetch("arguments", [])
      end

      # The flow has failed, and the run that nobody has; where there are these two.
      # @param error [Exception]
      # @return [void]
      def give_up(error)
        flow = located(@arguments.first) or return
        run = flow.data_flow_runs.find_by(id: run_id) if run_id
        FlowStatus.failed(flow.name, error) if run.nil? || failed?(run, error)
      end

      private

      def run_id = @arguments.last.is_a?(Hash) ? @arguments.last["run_id"] : nil

      def located(argument)
        gid = argument.is_a?(Hash) ? argument["_aj_globalid"] : argument
        flow = ::GlobalID::Locator.locate(gid) if gid.to_s.start_with?("gid://")
        flow if flow.is_a?(DataFlow)
      rescue ::ActiveRecord::RecordNotFound
        nil
      end

      # Unless a worker has it, or it has ended.
      def failed?(run, error)
        run.fail!(error)
        true
      rescue Error
        false
      end
    end
  end
end
