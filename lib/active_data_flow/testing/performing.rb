# frozen_string_literal: true

module ActiveDataFlow
  module Testing
    # Does what is due until nothing is: the jobs of this gem that wait in the :test adapter, and what no job is there for.
    # @private
    module Performing
      # Rounds after which something is due again and again.
      MOST = 1_000
      private_constant :MOST

      class << self
        # @return [Array<Run>] those that were carried over, as they are now
        def flows
          runs = {}
          until_quiet("flows") do
            at_work = unfinished
            done = jobs + due.count { |store, row| carry_over(store, row) }
            at_work.each { |run| runs[run.id] ||= run if run.reload.finished? }
            done
          end
          runs.values.each(&:reload)
        end

        # @return [Array<Operations::Task>] those that were woken, as they are now
        def tasks
          woken = {}
          until_quiet("tasks") do
            due = Operations.storage.sleeping_tasks
            done = jobs
            due.each { |task| woken[task.id] = task if wake(task) }
            done + due.size
          end
          woken.keys.filter_map { |id| Operations.storage.find(id) }
        end

        # @return [void]
        def forget = queue&.clear

        private

        def until_quiet(what)
          MOST.times { return if yield.zero? }
          raise Error, "#{what} are due again each time they were run, #{MOST} times by now: a delay of 0, or a chain that starts itself?"
        end

        def jobs = queue ? queue.perform : 0

        # A program may have no jobs.
        def queue
          return unless defined?(::ActiveJob::Base)

          require_relative "active_job_queue"
          ActiveJobQueue
        end

        def unfinished = RunStore.all.flat_map { |store| store.runs.map { |row| Run.new(store, row) }.reject(&:finished?) }

        def due = RunStore.all.flat_map { |store| store.due.map { |row| [store, row] } }

        # What a block of the author's raises is recorded with the run.
        def carry_over(store, row)
          Flow::Arguments.restore(Flow::Registry.fetch(row.flow_name), row.arguments || {}).run
          true
        rescue => error
          raise unless store.find(row.id)&.status == "failed"

          Operations.logger.info("run #{row.id} of #{row.flow_name} failed: #{Shown.error(error)}")
          true
        end

        # What a handler raises is recorded with the task.
        def wake(task)
          task.execute_wake
        rescue Operations::Machine::Recorded => error
          raise unless Operations.storage.find(task.id)&.failed?

          Operations.logger.info("#{task} failed: #{Shown.error(error)}")
          task
        end
      end
    end
  end
end
