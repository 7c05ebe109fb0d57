# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a run in `mode :mirror` deletes beside the rows that it writes, in their commit: those rows of the sink whose keys stand
    # in the range of a batch and were not read (protocols.md P11): what lies behind the batch before, up to the last row of this
    # one; with the last batch all that follows. Nothing is remembered from batch to batch, so a run that is resumed deletes what it
    # would have deleted.
    class Mirror
      # What is noted of a run: that its batches went through different steps, and through which all of them did, where these are
      # not the ones that it was made with.
      MIXED = "mixed"
      STEPS = "steps"
      private_constant :MIXED, :STEPS

      # @param plan [Plan]
      # @param store [RunStore::Base]
      # @param bound [MaxDeletes, nil]
      def initialize(plan, store, bound)
        @plan = plan
        @store = store
        @bound = bound
      end

      # After a claim: rows that were read with other steps may have been left out by them. What only some of the batches have been
      # measured by is no reason to delete.
      # @param claim [RunStore::Claim]
      # @return [RunStore::Claim]
      def look(claim)
        steps = claim.metadata&.dig(STEPS) || claim.fingerprint
        claim = @store.keep_facts(claim, claim.commits.zero? ? {STEPS => @plan.fingerprint} : {MIXED => true}) unless steps == @plan.fingerprint
        @mixed = claim.metadata&.key?(MIXED)
        say_mixed(claim) if @mixed
        claim
      end

      # Behind the rows of a batch, inside their commit.
      # @param connection [Object] of the sink
      # @param claim [RunStore::Claim]
      # @param portion [#seen, #upto, #last?] that was written
      # @param counters [Hash{Symbol => Integer}] of it
      # @return [Hash{Symbol => Integer}] with what was deleted
      # @raise [TooManyDeletes]
      def after(connection, claim, portion, counters)
        deleted = delete(connection, claim, portion.seen(@plan.mirrored), claim.rows_read + counters[:read], Deletes.behind(portion))
        counters.merge(deleted:)
      end

      # After the last batch, where that was not known to be the last one; of an empty source everything.
      # @param connection [Object] of the sink
      # @param claim [RunStore::Claim]
      # @return [Hash{Symbol => Integer}] counters
      # @raise [TooManyDeletes]
      def rest(connection, claim)
        {deleted: delete(connection, claim, @plan.mirrored.nothing_seen, claim.rows_read, nil)}
      end

      private

      def delete(connection, claim, seen, read, behind)
        return 0 if @mixed

        last = Place.values(claim.range_upto)
        @plan.mirrored.delete(connection, Place.values(claim.cursor), behind || last, seen) do |found|
          @bound&.check(claim, found, read, behind) { @plan.mirrored.count(connection, behind, last) }
        end
      end

      def say_mixed(claim)
        Operations.logger.warn("#{claim}: its steps have changed since it began, so it deletes nothing: what it has not seen, it may have left out " \
          "by other steps than these. The next run deletes.")
      end
    end
  end
end
