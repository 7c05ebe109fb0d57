# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # Who sweeps in an application: a recurring job, where the queue has such; else every job that ends, if nobody did for the
    # interval; or a person's `rake active_data_flow:sweep`.
    module Sweeping
      # Adapters that run recurring jobs, and those that only tests have, where nothing is to run by itself.
      RECURRING = %w[ActiveJob::QueueAdapters::SolidQueueAdapter GoodJob::Adapter].freeze
      TESTS = %w[ActiveJob::QueueAdapters::TestAdapter ActiveJob::QueueAdapters::InlineAdapter].freeze
      # The sweep among the recurring tasks.
      KEY = "active_data_flow_sweep"
      private_constant :RECURRING, :TESTS

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
          return if recurring? || among?(TESTS)

          last = Sweep.last_at
          call if last.nil? || last <= Time.current - ActiveDataFlow.configuration.sweep_interval
        end

        # @return [Boolean] whether the queue has recurring jobs, of which the sweep is to be one
        def recurring? = among?(RECURRING)

        # @return [Boolean] whether our jobs go to SolidQueue
        def solid_queue? = among?(RECURRING.take(1))

        private

        def adapter = ApplicationJob.queue_adapter

        def among?(names) = names.include?(adapter.class.name)
      end
    end
  end
end
