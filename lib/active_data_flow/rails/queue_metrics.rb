# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What SolidQueue says of its queues, for {Metrics.queue}.
    module QueueMetrics
      # Seconds over which the rate is taken.
      WINDOW = 60
      private_constant :WINDOW

      class << self
        # @return [Hash{Symbol => Object}] :available, and :queues by name: how many jobs are :ready, :scheduled, :blocked,
        #   :claimed and :failed; :latency of the oldest one that is ready, in seconds; :rate, jobs finished a minute
        def call
          return {available: false, reason: "SolidQueue is not loaded"} unless ready?

          {available: true, queues: queues}
        rescue ::ActiveRecord::ActiveRecordError => error
          {available: false, reason: "SolidQueue's tables did not answer: #{error.message.lines.first&.chomp}"}
        end

        private

        # By its name it may be there to be loaded.
        def ready? = !"SolidQueue::Job".safe_constantize.nil?

        def queues
          told = depths.merge(latency: latencies, rate: rates)
          names = told.values.flat_map(&:keys).uniq.sort
          names.to_h { |name| [name, told.transform_values { |values| values.fetch(name, 0) }] }
        end

        def depths
          {ready: ::SolidQueue::ReadyExecution, scheduled: ::SolidQueue::ScheduledExecution, blocked: ::SolidQueue::BlockedExecution}
            .transform_values { |model| model.group(:queue_name).count }
            .merge({claimed: ::SolidQueue::ClaimedExecution, failed: ::SolidQueue::FailedExecution}
              .transform_values { |model| model.joins(:job).group("solid_queue_jobs.queue_name").count })
        end

        def latencies
          now = Time.current
          ::SolidQueue::ReadyExecution.group(:queue_name).minimum(:created_at).transform_values { |since| (now - since).round(3) }
        end

        def rates
          ::SolidQueue::Job.where(finished_at: WINDOW.seconds.ago..).group(:queue_name).count.transform_values { |count| count * 60.0 / WINDOW }
        end
      end
    end
  end
end
