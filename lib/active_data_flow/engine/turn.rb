# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A start that would begin at the first row, and finds that somebody holds the run which it would cancel: its turn comes
    # when the lease of a dead process has ended, or, under `on_conflict :wait`, when the worker has heard that it is to end.
    class Turn
      # @param plan [Plan]
      # @param store [RunStore::Base]
      def initialize(plan, store)
        @plan = plan
        @store = store
        @said = nil
      end

      # Waits for a moment, where its turn will come.
      # @param row [RunStore::Row] as it was found
      # @return [Boolean] whether to look again
      def await(row)
        if Orphan.of?(row)
          say(row, "its process (#{row.owner}) is gone; waits until the lease of #{row.lease_seconds} seconds has ended")
        elsif @plan.flow.class.on_conflict == :wait
          @store.cancel(row.id)
          say(row, "cancels it and waits for its end")
        else
          return false
        end
        sleep(Attempt::LOOK) || true
      end

      # Another worker's run is returned as it is.
      # @param row [RunStore::Row]
      # @return [nil]
      def pass(row)
        Operations.logger.info("#{@plan.label} is already running as run #{row.id}; returned it.")
        nil
      end

      # @param row [RunStore::Row] as it was found
      # @raise [Error] always
      def refuse(row)
        worker = (row.owner == RunStore.owner) ? "this process" : row.owner
        raise Error, "#{@plan.label} is at work as run #{row.id}, by #{worker}, whose lease lasts until " \
          "#{row.lease_until.utc.strftime("%H:%M:%S")} UTC. Nothing was cancelled. Wait for its end, or cancel! that run first; " \
          "with on_conflict :wait in the class, restart: true does both."
      end

      private

      def say(row, what)
        Operations.logger.info("#{@plan.label} is at work as run #{row.id}; #{what}.") unless @said == row.token
        @said = row.token
      end
    end
  end
end
