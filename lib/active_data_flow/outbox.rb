# frozen_string_literal: true

module ActiveDataFlow
  # From runs that wait to jobs in a queue (protocols.md P7). The row is the truth, a job only says that there may be a run: who
  # is to enqueue one wins the row first, so two of them enqueue it once. Whoever dies in between costs the time for which the
  # row was won; whatever was enqueued twice ends at the claim. In plain Ruby there is no queue, and this does nothing.
  module Outbox
    class << self
      # @return [#job_for, #enqueue, nil] `job_for(row)` makes a job, which has a `job_id`; `enqueue(jobs)` enqueues them in one
      #   call. nil where there is no queue
      attr_accessor :dispatcher

      # Enqueues a job for each run that is due, and that nobody else has enqueued one for.
      # @param store [RunStore::Base]
      # @param rows [Array<RunStore::Row>]
      # @return [Array<RunStore::Row>] those it did
      # @raise whatever the queue raises; the runs are due again after a time
      def dispatch(store, rows)
        return [] unless dispatcher

        jobs = rows.to_h { |row| [row, job_of(store, row)] }.compact
        won = jobs.select { |row, job| store.win(row.id, job_id: job.job_id) }
        dispatcher.enqueue(won.values) if won.any?
        won.each { |row, job| tell(row, job) }
        won.keys
      end

      # After a slot of the group was given back: the runs that have waited longest for the slots that are free.
      # @param store [RunStore::Base]
      # @param group [Flow::GroupRule, nil]
      # @return [Array<RunStore::Row>] those that were dispatched
      def next_of_group(store, group)
        return [] unless group && dispatcher

        free = group.limit - store.taken_slots(group.slots).size
        return [] unless free.positive?

        dispatch(store, store.awaiting_slot(flows_of(group), limit: free).select { |row| store.hasten(row.id) })
      rescue => error
        # Whoever ends a run has done so; the sweep looks at the groups as well.
        Operations.logger.warn("no run that waits for the group #{group.name} was dispatched: #{Shown.error(error)}")
        []
      end

      private

      def tell(row, job) = Instrumentation.instrument(:enqueue, run_id: row.id, flow: row.flow_name, job_id: job.job_id)

      # A run that no job can be made for is out of the others' way until its time comes again.
      def job_of(store, row)
        dispatcher.job_for(row)
      rescue => error
        Operations.logger.error("no job was made for #{row.flow_name} run #{row.id}: #{Shown.error(error)}")
        store.win(row.id, job_id: "none")
        nil
      end

      def flows_of(group)
        Flow::Registry.all.select { |klass| klass.group&.name == group.name }.map(&:flow_name)
      end
    end
  end
end
