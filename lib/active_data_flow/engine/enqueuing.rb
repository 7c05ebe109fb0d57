# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Makes the runs of flows that jobs are to carry over, and has these jobs enqueued when others can see the runs
    # (protocols.md P7).
    module Enqueuing
      class << self
        # @param flows [Array<Base>]
        # @param wait [Numeric] seconds
        # @param origin [Hash] as the store's `enqueue` takes it: :triggered_by, :parent_task_id
        # @return [Array<Run>]
        # @raise [ConfigurationError] where there is no queue, and where a run would
        def all(flows, wait: 0, **origin)
          flows.each { |flow| refuse(flow) } unless Outbox.dispatcher

          made = flows.map { |flow| row_of(Start.new(flow), wait, origin) }
          Outbox.dispatcher&.after_commit { dispatch(made) }
          made.map { |store, row| Run.new(store, row) }
        end

        private

        def row_of(start, wait, origin)
          row = start.ask { |entry| Lasting.call(start.store) { start.store.enqueue(**entry, wait:, **by(entry, origin)) } }
          start.turn.pass(row) if !row.finished? && (row.fence.positive? || row.dispatches.positive?)
          [start.store, row]
        end

        # What the callback that enqueues it is called for, unless who starts it says that himself.
        def by(entry, origin) = {triggered_by: Trigger.mark(entry.fetch(:arguments)), **origin}

        def dispatch(made)
          made.group_by(&:first).each { |store, pairs| Outbox.dispatch(store, pairs.flat_map { |_store, row| store.to_carry_over(row) }) }
        end

        def refuse(flow)
          name = Flow.label(flow.class)
          raise ConfigurationError, "#{name}.enqueue_now has a job run the flow, and there is no queue: that takes a Rails application with ActiveJob. " \
            "Write #{name}.run_now, which runs it here and now."
        end
      end
    end
  end
end
