# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # A run whose flow no class of this program is: while a new version is rolled out, only other processes may know it. It is
    # let alone for half a minute, so that one of those comes by; after an hour it fails, as tasks do (protocols.md P10).
    class UnknownRun
      # Seconds until it is enqueued again.
      AGAIN = 30
      # How long it may be unknown; in seconds.
      PATIENCE = 3600

      # @param run_id [Integer, String]
      # @param error [UnknownFlow]
      def initialize(run_id, error)
        @run_id = run_id
        @error = error
      end

      # Leaves alone a run that a worker has, or that has ended.
      # @return [Symbol, nil] :postponed or :failed
      def postpone
        store = RunStore.all.first # the program's: which one the flow's sink has, nobody knows here
        row = store.find(@run_id)
        since = row && store.postpone(row, @error, after: AGAIN) or return
        return :postponed if store.clock.now.to_i - since < PATIENCE

        failed(store, row) if store.fail_waiting(row, @error)
      end

      private

      def failed(store, row)
        Operations.logger.error("#{row.flow_name} run #{row.id} has failed: #{@error.message}")
        FlowStatus.failed(row.flow_name, @error)
        ActiveDataFlow::Engine::ParentTask.told?(row)
        :failed
      end
    end
  end
end
