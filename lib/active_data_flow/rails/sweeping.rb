# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # Who sweeps in an application: a recurring job, where the queue has such; else every job that ends, if nobody did for the
    # interval; or a person's `rake active_data_flow:sweep`.
    module Sweeping
      SOLID_QUEUE = "ActiveJob::QueueAdapters::SolidQueueAdapter"
      GOOD_JOB = "GoodJob::Adapter"
      # What only tests have: nothing is to run there by itself.
      TESTS = %w[ActiveJob::QueueAdapters::TestAdapter ActiveJob::QueueAdapters::InlineAdapter].freeze
      private_constant :SOLID_QUEUE, :GOOD_JOB, :TESTS

      class << self
        # @param now_or_never [Boolean] even if one was there within the last ten seconds
        # @return [Hash{Symbol => Integer}] (see Sweep.call)
        def call(now_or_never: false)
          KilledWorkers.discard_left if solid_queue?
          Sweep.call(now_or_never:)
        end

        # After a job: sweeps where nobody else would, if nobody did for an interval.
        # @return [void]
        def after_job
          return if recurring? || TESTS.include?(adapter_name)

          last = Sweep.last_at
          call if last.nil? || last <= Time.current - ActiveDataFlow.configuration.sweep_interval
        end

        # @return [Boolean] whether the sweep is a recurring job: of SolidQueue it is to be one, at whose start it is missed; of
        #   GoodJob it may be
        def recurring? = solid_queue? || (adapter_name == GOOD_JOB && good_job_cron.any? { |entry| entry[:class].to_s == SweepJob.name })

        # @return [Boolean] whether our jobs go to SolidQueue
        def solid_queue? = adapter_name == SOLID_QUEUE

        private

        def adapter_name = ApplicationJob.queue_adapter.class.name

        def good_job_cron = (::Rails.configuration.good_job.cron || {}).values
      end
    end
  end
end
