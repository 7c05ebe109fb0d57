# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What an {Attempt} does when the database, and not the flow, is what went wrong; and how it parts from a run.
    module Mending
      # How often a batch is tried again after errors that are not its own: deadlocks, lost connections.
      TRIES = 5
      private_constant :TRIES

      private

      # P5: nobody knows what became of the commit until a write of ours has ended it, one way or the other.
      # @return [Boolean] whether the run is finished
      def mended?(error)
        close
        known = claim.commits
        outcome = @store.unknown_outcome(claim)
        raise LeaseLost, "#{claim}: another worker has it" if outcome.lost?
        raise error if (@unreached = outcome.unreached?)
        return true unless outcome.claim

        taken(outcome.claim)
        again(error) if claim.commits == known && !claim.finished?
        claim.finished?
      end

      # Whoever has claimed the run has it where its commits are decided, too; what was committed there is noted here.
      def taken(claimed)
        @lease.claim = claimed
        @lease.claim = lasting { @authority.take(claimed) }
      end

      # A deadlock, a lost connection: not the batch's fault, so it is carried over once more.
      def again(error)
        @troubles += 1
        raise error if @troubles > TRIES || [@plan.transient?(error), @store.unreachable?(error)].none?

        Operations.logger.warn("#{claim}: #{error.class}: #{error.message.lines.first&.chomp}; tries the batch again")
        sleep(0.05 * @troubles)
      end

      # A lease that could not be given back ends by itself.
      # @return [Boolean] whether the run was still ours, as far as is known
      def release(after: @context.again_after, **how)
        @store.release(claim, after:, **how)
      rescue => error
        raise unless @store.trouble?(error)

        Operations.logger.warn("#{claim}: its lease was not given back and ends by itself: #{error.message.lines.first&.chomp}")
        true
      end

      # As the row has it: what became of the last commit may be news to this process.
      def say_how_to_go_on
        row = @store.find(claim.id)
        return if row.nil? || row.finished?

        warn "#{@plan.label}: stopped after #{row.rows_read} rows, at #{row.cursor ? @plan.place(row.cursor) : "the start"}. " \
          "#{Flow.label(@plan.flow.class)}.run_now goes on there."
      rescue => error
        raise unless @store.trouble?(error)
      end
    end
  end
end
