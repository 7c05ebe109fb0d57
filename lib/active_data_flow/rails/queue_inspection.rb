# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What SolidQueue knows of a run's job. Without SolidQueue, nothing.
    module QueueInspection
      # What SolidQueue calls claimed.
      NAMES = {claimed: :running}.freeze
      private_constant :NAMES

      class << self
        # @param run [DataFlowRun]
        # @return [::SolidQueue::Job, nil] of the run's last worker, else the one that waits for a worker
        def job(run)
          id = run.owner_job_id || run.enqueued_job_id
          ::SolidQueue::Job.where(active_job_id: id).order(:id).last if id && Sweeping.solid_queue?
        end

        # @param run [DataFlowRun, nil]
        # @return [Symbol, nil] :scheduled, :ready, :blocked, :running, :failed or :finished
        def status(run) = (run && job(run))&.status&.then { |status| NAMES.fetch(status.to_sym, status.to_sym) }
      end
    end
  end
end
