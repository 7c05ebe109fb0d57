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
          @store.cancel(row.parent_run_id || row.id)
          say(row, "cancels it and waits for its end")
        else
          return false
        end
        sleep(Attempt::LOOK) || true
      end

      # A run that is not to be had now is returned as it is.
      # @param row [RunStore::Row]
      # @param why [Symbol] as {Claiming#why}
      # @return [nil]
      def pass(row, why = :busy)
        Operations.logger.info("#{@plan.label} #{found(row, why)}; returned it.")
        nil
      end

      # Says for what a run is waited for.
      # @param (see #pass)
      def wait(row, why = :busy) = Operations.logger.info("#{@plan.label} #{found(row, why)}; waits for it.")

      # @param row [RunStore::Row] as it was found
      # @raise [Error] always
      def refuse(row)
        worker = (row.owner == RunStore.owner) ? "this process" : row.owner
        raise Error, "#{@plan.label} is at work as run #{row.id}, by #{worker}, whose lease lasts until " \
          "#{row.lease_until.utc.strftime("%H:%M:%S")} UTC. Nothing was cancelled. Wait for its end, or cancel! that run first; " \
          "with on_conflict :wait in the class, restart: true does both."
      end

      private

      def found(row, why)
        return "is already #{state(row)} as run #{row.id}" if why == :busy

        group = @plan.flow.class.group
        "is to run as run #{row.id}, and as many flows of the group #{group.name} are at work as may be (#{group.limit})"
      end

      def state(row)
        return "paused" if row.paused?

        (row.status == "pending") ? "waiting" : "running"
      end

      def say(row, what)
        Operations.logger.info("#{@plan.label} is at work as run #{row.id}; #{what}.") unless @said == row.token
        @said = row.token
      end
    end
  end
end
