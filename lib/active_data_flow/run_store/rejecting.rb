# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # What a store does with rows that were put aside; a part of {Base}. One is open until it was replayed or discarded, and
    # only an open one changes.
    module Rejecting
      # @return [Array<Hash{Symbol => Object}>] of a run, in the order they were put aside
      def rejects(run_id) = abstract

      # @return [Hash{Symbol => Object}, nil]
      def find_reject(id) = abstract

      # Puts rows aside; inside the block of {Base#commit} or {Base#finish}.
      # @param rejects [Array<Hash{Symbol => Object}>] by the columns of {Columns::REJECTS}; a Hash or Array as `row` is
      #   kept as {Storable.row} keeps it
      def reject(claim, rejects) = abstract

      # Drops what was put aside beside a batch that was not committed, so that who reads those rows again notes them once.
      # @param claim [Claim] before its first commit
      # @return [void]
      # @raise [LeaseLost] when there is something to drop and the claim is not the newest
      def forget_uncommitted_rejects(claim) = abstract

      # @param columns [Hash{Symbol => Object}] of {Columns::REJECTS}
      # @return [Boolean] whether it was open; else nothing has been changed
      def change_reject(id, **columns) = abstract

      # One transaction: the row that is no longer open, what the block writes, and nobody else at work for the same flow and
      # arguments: who was overtaken there commits nothing any more, and who would claim a run of theirs waits.
      # @param run [Row] that it was put aside in
      # @param id [Integer] of the reject
      # @yield [connection] inside the transaction
      # @yieldreturn [Boolean] whether to commit
      # @return [Symbol] :replayed, :refused by the block, or :settled when it was not open
      # @raise [AtWork] when somebody is at work; nothing has been changed
      def replay(run, id, &writes) = abstract

      # What the block of {#replay} has written is taken back.
      class Unreplayed < Error; end
    end
  end
end
