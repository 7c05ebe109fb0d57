# frozen_string_literal: true

module Operations
  # What the jobs of tasks have in common: in a Rails application its own class (`config.base_job_class`), with its queue
  # adapter and callbacks.
  class ApplicationJob < (defined?(ActiveDataFlow::Rails::HostClass) ? ActiveDataFlow::Rails::HostClass.of(:base_job_class, ::ActiveJob::Base) : ::ActiveJob::Base)
    # @param task [Operations::Task, #id] or as {Storage::ActiveRecord#dispatch} gives it
    # @return [ApplicationJob] not enqueued yet
    def self.for(task)
      job = new(task.id, task.type)
      # A storage of somebody else's may know no more of a task.
      task.respond_to?(:_retry_job) ? job.set(**task._retry_job) : job
    end

    # The last argument is the name of a task class.
    queue_as { Registry.fetch(arguments.last).queue_as }

    # @private
    def queue_adapter = Executor::ActiveJob::Adapters.for(arguments.last, super)
  end
end
