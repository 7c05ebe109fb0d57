# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What is said at the start of SolidQueue's supervisor if nothing would sweep there: runs of dead workers would stay where
    # they are. Files are read, no database.
    module BootWarnings
      class << self
        # @param configuration [::SolidQueue::Configuration] what is about to be started
        # @return [void]
        def call(configuration = ::SolidQueue::Configuration.new)
          attributes = configuration.configured_processes.group_by(&:kind).transform_values { |processes| processes.map(&:attributes) }
          warn_of_schedule(attributes.fetch(:scheduler, []).flat_map { |scheduler| scheduler[:recurring_tasks] || [] })
          warn_of_workers(attributes.fetch(:worker, []).flat_map { |worker| worker[:queues] })
        end

        private

        def warn_of_schedule(tasks)
          return if tasks.any? { |task| task.class_name == SweepJob.name }

          say("none of its recurring tasks is #{SweepJob.name}", "bin/rails active_data_flow:sync_schedules, which adds it to config/recurring.yml")
        end

        # Another supervisor may have a worker for it; here there is none to be seen.
        def warn_of_workers(patterns)
          queue = SweepJob.new.queue_name
          return if patterns.any? { |pattern| File.fnmatch?(pattern.to_s, queue) }

          say("none of its workers serves the queue #{queue}", "queues: #{[queue, *patterns].join(",")} at a worker in config/queue.yml")
        end

        def say(what, write)
          Operations.logger.warn("active_data_flow: SolidQueue starts, and #{what}: runs of dead workers would stay where they are. Write: #{write}")
        end
      end
    end
  end
end
