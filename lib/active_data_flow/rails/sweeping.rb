# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # Who sweeps in an application: a recurring job, where the queue has such; else every job that ends, if nobody did for the
    # interval; or a person's `rake active_data_flow:sweep`. guides/queue-adapters.md tells which queue has what.
    module Sweeping
      SOLID_QUEUE = "ActiveJob::QueueAdapters::SolidQueueAdapter"
      # What only tests have: nothing is to run there by itself.
      TESTS = %w[ActiveJob::QueueAdapters::TestAdapter ActiveJob::QueueAdapters::InlineAdapter].freeze
      private_constant :SOLID_QUEUE, :TESTS

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
        #   GoodJob it may be, in a process that has the cron
        def recurring? = solid_queue? || good_job_cron?

        # @return [Boolean] whether our jobs go to SolidQueue
        def solid_queue? = adapter_name == SOLID_QUEUE

        private

        def adapter_name = adapter.class.name

        def adapter = ApplicationJob.queue_adapter

        # Where another process has the cron, its sweeps keep the jobs of this one from sweeping: each asks when the last was.
        def good_job_cron?
          return false unless defined?(::GoodJob::Adapter) && adapter.is_a?(::GoodJob::Adapter)

          configuration = ::GoodJob.configuration
          configuration.enable_cron? && configuration.cron.each_value.any? { |entry| entry[:class].to_s == SweepJob.name }
        end
      end
    end
  end
end
