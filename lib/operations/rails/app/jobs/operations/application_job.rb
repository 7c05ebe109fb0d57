# frozen_string_literal: true

module Operations
  # What the jobs of tasks have in common: in a Rails application its own class (`config.base_job_class`), with its queue
  # adapter and callbacks.
  class ApplicationJob < (defined?(ActiveDataFlow::Rails::HostClass) ? ActiveDataFlow::Rails::HostClass.of(:base_job_class, ::ActiveJob::Base) : ::ActiveJob::Base)
    # @param task [Operations::Task]
    # @return [ApplicationJob] not enqueued yet
    def self.for(task) = new(task.id, task.type)

    # The last argument is the name of a task class.
    queue_as { Registry.fetch(arguments.last).queue_as }

    # @private
    def queue_adapter = Executor::ActiveJob::Adapters.for(arguments.last, super)
  end
end
