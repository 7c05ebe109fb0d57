# frozen_string_literal: true

require "operations/executor/active_job"

ActiveJob::Base.queue_adapter = :test
ActiveJob::Base.logger = Logger.new(IO::NULL)

# The ActiveJob executor with jobs that are performed when they are waited for, here, as a worker would.
class PerformedJobs < Operations::Executor::ActiveJob
  class << self
    # @return [Array<Hash>] those that are enqueued, oldest first
    def enqueued = ActiveJob::Base.queue_adapter.enqueued_jobs

    # @return [Array<Array>] class, arguments and queue of each
    def listed = enqueued.map { |job| [job["job_class"], job["arguments"], job["queue_name"]] }

    def forget = enqueued.clear

    # Those whose time has come, and those that they enqueue.
    def perform
      until (due = enqueued.reject { |job| job[:at] && job[:at] > Time.now.to_f }).empty?
        due.each do |job|
          enqueued.delete(job)
          perform_one(job)
        end
      end
    end

    # A queue keeps the error of a job; the task has it, too.
    def perform_one(job)
      ActiveJob::Base.execute(job.transform_keys(&:to_s))
    rescue Operations::Machine::Recorded => error
      Operations.logger.error(error.message)
    end
  end

  def wait = self.class.perform
end
