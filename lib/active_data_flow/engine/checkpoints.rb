# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a run keeps of its sinks in each commit: of a sink outside of its transaction how far that had come, and so what it
    # has to take back when somebody goes on; of several sinks what became of the rows in each.
    class Checkpoints
      # For a sink of which nothing is kept.
      module Needless
        module_function

        # @return [nil]
        def resume(_claim) = nil

        # @return [nil]
        def save(_claim, _open, last:) = nil

        # @return [RunStore::Claim] as it is
        def kept(claim) = claim
      end

      # @param sinks [Sinks]
      # @param authority [Authority]
      # @return [Checkpoints, Needless]
      def self.for(sinks, authority) = (sinks.several? || sinks.checkpoints?) ? new(sinks, authority) : Needless

      # @param sinks [Sinks]
      # @param authority [Authority]
      def initialize(sinks, authority)
        @sinks = sinks
        @authority = authority
      end

      # Before the first batch of a claim, and after each trouble.
      # @param claim [RunStore::Claim]
      def resume(claim)
        kept = claim.sink_checkpoints ? JSON.parse(claim.sink_checkpoints) : []
        @sinks.zip(kept) { |member, checkpoint| member.sink.resume(checkpoint) if member.checkpoints? }
      end

      # Inside the commit, as the last thing of it.
      # @param claim [RunStore::Claim]
      # @param open [Object, Sinks::Commit, nil] see {Sinks#writing}
      # @param last [Boolean] whether it is the last commit
      def save(claim, open, last:)
        counts = open.settle if @sinks.several?
        @saved = {sink_checkpoints: checkpoints, sink_counts: counts && Sinks::Counts.added(claim.sink_counts, counts)}.compact
        @authority.keep_of_sinks(claim, **@saved)
        @sinks.each { |member| member.sink.complete if member.checkpoints? } if last
      end

      # After the commit.
      # @param claim [RunStore::Claim]
      # @return [RunStore::Claim]
      def kept(claim) = claim.with(**@saved)

      private

      # One entry for each sink, in their order.
      def checkpoints
        JSON.generate(@sinks.map { |member| member.sink.checkpoint if member.checkpoints? }) if @sinks.checkpoints?
      end
    end
  end
end
