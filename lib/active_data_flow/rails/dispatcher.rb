# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What {Outbox} enqueues by: jobs of ActiveJob.
    module Dispatcher
      class << self
        # @param row [RunStore::Row]
        # @return [DataFlowJob] in the queue that the flow's class says, or else its row
        def job_for(row)
          flow = flow_of(row)
          DataFlowJob.new(flow, run_id: row.id).set(%i[queue priority].to_h { |word| [word, said_of(flow, row, word)] }.compact)
        end

        # @param jobs [Array<::ActiveJob::Base>] enqueued in one call of their adapter
        # @return [void]
        def enqueue(jobs) = ::ActiveJob.perform_all_later(jobs)

        # (see AfterCommit.call)
        def after_commit(&) = AfterCommit.call(&)

        private

        # A worker may know the class by then, if this process does not: of an older version, say.
        def said_of(flow, row, word)
          klass = Flow::Registry.all.find { |known| known.flow_name == row.flow_name }
          klass&.public_send(word) || (flow.is_a?(DataFlow) && Runtime::ActiveJob.from_json(flow.runtime).public_send(word)) || nil
        end

        # By its GlobalID; by its name where the run is kept elsewhere than the application's models are.
        def flow_of(row)
          (ActiveRecordIfThere.store && DataFlow.find_by(id: row.data_flow_id, name: row.flow_name)) || row.flow_name
        end
      end
    end
  end
end
