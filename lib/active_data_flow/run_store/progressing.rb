# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # What a store keeps of how far a run has come; a part of {Base}.
    module Progressing
      # Keeps what there is to know of a run beside its columns: between which positions it goes, and since when
      # ({Engine::Progress}), and through which steps ({Engine::Mirror}). A worker that was overtaken keeps nothing, and hears of
      # it with its next commit.
      # @param claim [Claim]
      # @param facts [Hash{String => Object}] JSON-safe
      # @return [Claim]
      def keep_facts(claim, facts) = abstract

      # Keeps how far sinks have come that are not of this database, and what became of the rows in each of several; inside the
      # block of {Base#commit} or {Base#finish}, as the last of it.
      # @param columns [Hash{Symbol => String}] :sink_checkpoints and :sink_counts, or one of them: JSON
      # @return [void]
      def keep_of_sinks(claim, **columns) = abstract

      # @param claim [Claim]
      # @return [Hash, nil] what the reading of this flow and these arguments has left for the next run
      def read_state(claim) = abstract

      # @param claim [Claim]
      # @return [Hash, nil] the same as it was when the run was claimed
      def read_state_at_claim(claim) = read_state(claim)

      # Keeps that. What it says is true whoever has written it, so it needs no guard.
      # @param state [Hash, nil] JSON-safe
      def keep_read_state(claim, state) = abstract

      private

      # The run's metadata with another note.
      def noted(claim, text) = (claim.metadata || {}).merge("note" => text).compact

      # The claim with what {#keep_facts} keeps.
      def with_facts(claim, facts) = claim.with(metadata: (claim.metadata || {}).merge(facts))
    end
  end
end
