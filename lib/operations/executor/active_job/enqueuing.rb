# frozen_string_literal: true

module Operations
  module Executor
    class ActiveJob < Base
      # How jobs come onto their queues: after the commit of what they are about, and many of them at once. One that the
      # queue refuses is logged, and not missed: its task is due, and the sweep comes by.
      module Enqueuing
        # Who looks again and again without a pause is not to keep a worker busy; in seconds.
        PAUSE = 1
        private_constant :PAUSE

        # Who fell asleep for a shorter time than a sweep takes to come by gets a job for that moment; and who is to be tried
        # again by a job that differs from others.
        # @param task [Operations::Task] that was run just now
        # @return [Operations::Task] the same
        def wake_soon(task)
          stored = Operations.storage.find(task.id) if task.waiting? && task.stored? && task.type
          schedule(stored, task) if stored&.waiting? && (moment_of(stored) < from_now(sweep_interval) || task._retry_job.any?)
          task
        end

        private

        def moment_of(task) = [task.wake_at, task.timeout_at].compact.min

        def from_now(seconds) = Clock.time(Clock.now_us) + seconds

        # A sub-task that ended while its parent was run has made that due at once.
        def schedule(stored, task)
          job = WakeTaskJob.for(stored).set(**task._retry_job)
          job.set(wait_until: [moment_of(stored), from_now(PAUSE)].max) unless moment_of(stored) < moment_of(task)
          enqueue_aside([job])
        rescue NotImplementedError => error
          Operations.logger.debug { "#{task} is left to the sweep: #{error.message}" } # an adapter that knows no later
        end

        def enqueue_one(job, task)
          enqueue([job])
          task
        end

        def enqueue(jobs)
          ActiveDataFlow::AfterCommit.call { hand_over(jobs) } if jobs.any?
        end

        # For whoever has asked for something else: what goes wrong here is not his failure.
        def enqueue_aside(jobs)
          return if jobs.empty?

          ActiveDataFlow::AfterCommit.call do
            hand_over(jobs)
          rescue Machine::Recorded => error
            raise if error.is_a?(NotImplementedError)

            Operations.logger.error("#{jobs.size} tasks are left to the sweep: #{ActiveDataFlow::Shown.error(error)}")
          end
        end

        def hand_over(jobs)
          jobs.one? ? jobs.first.enqueue : ::ActiveJob.perform_all_later(jobs)
          refused(jobs)
        end

        def refused(jobs)
          left = jobs.reject(&:successfully_enqueued?)
          return if left.empty?

          Operations.logger.error("#{left.size} of #{jobs.size} tasks were not taken by their queue and are left to the sweep: " \
            "#{left.first.enqueue_error&.message || "a callback of the job's class halted it"}")
        end
      end
    end
  end
end
