# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Whose commit decides how far a run has come. This one is the run's own row: what a sink in its database writes is
    # committed with it; a sink elsewhere writes while that transaction is open.
    class Authority
      # @param plan [Plan]
      # @param store [RunStore::Base] that keeps the plan's runs
      # @return [Authority]
      # @raise [ConfigurationError] where the sink's database lacks the table of {Marks}
      def self.for(plan, store)
        return new(plan, store) unless elsewhere?(plan.sink, store)

        Marks.new(plan, store, ActiveRecordIfThere.marks(plan.sink.table, Flow.label(plan.flow.class), store))
      end

      # In a database whose transactions we know.
      def self.elsewhere?(sink, store)
        sink.pool && store.pool && !sink.pool.equal?(store.pool) && sink.table.dialect != :other
      end
      private_class_method :elsewhere?

      # @param plan [Plan]
      # @param store [RunStore::Base]
      def initialize(plan, store)
        @plan = plan
        @store = store
      end

      # After each claim: whoever has the run has it here, too.
      # @param claim [RunStore::Claim] the newest
      # @return [RunStore::Claim] to go on with; it may have come to its end already
      # @raise [LeaseLost]
      def take(claim) = claim

      # One commit, all or nothing.
      # @param claim [RunStore::Claim] the newest
      # @param last [Boolean] whether the run is a success afterwards
      # @param written [Hash] :to, :rows and :counters, see {RunStore::Base#commit}
      # @yieldparam connection [Object, nil] inside the transaction
      # @yieldreturn [Hash] counters to be added
      # @return [RunStore::Claim]
      # @raise [LeaseLost] when it is not the newest; nothing was written
      def commit(claim, last:, **written, &writes)
        last ? @store.finish(claim, **written, callbacks: callbacks?(claim), &writes) : @store.commit(claim, **written, &writes)
      end

      # Puts rows aside; inside the block of {#commit}.
      # @param claim [RunStore::Claim]
      # @param rejects [Array<Hash>] see {RunStore::Rejecting#reject}
      def reject(claim, rejects) = @store.reject(claim, rejects)

      # Keeps how far sinks have come that are committed nowhere, and what became of rows in each of several; inside the
      # block of {#commit}, as the last of it.
      # @param claim [RunStore::Claim]
      # @param columns [Hash{Symbol => String}] see {RunStore::Progressing#keep_of_sinks}
      def keep_of_sinks(claim, **columns) = @store.keep_of_sinks(claim, **columns)

      # @param row [RunStore::Row] of the run that the row was put aside in
      # @param id [Integer, String] of the reject
      # @param _content [String] the same for the same row
      # @yieldparam connection [Object, nil] inside the transaction
      # @yieldreturn [Boolean] whether to commit
      # @return [Symbol] as {RunStore::Rejecting#replay} says
      # @raise [RunStore::AtWork]
      def replay(row, id, _content, &) = @store.replay(row, id, &)

      # @return [String] for the plan: what keeps rows and cursor together
      def to_s
        sink = @plan.sink
        return "rows and cursor in one transaction of the database that keeps the runs" if sink.pool&.equal?(@store.pool)
        return "rows, then the cursor with the sink's checkpoint; what is behind that is taken back" if sink.respond_to?(:checkpoints?) && sink.checkpoints?
        return "rows, then the cursor; rows that come again after a crash are found by their key" if sink.pool

        "each batch is written down before it is sent, then the cursor; what is sent again has the same key"
      end

      private

      def callbacks?(claim) = Callbacks.after_success?(@plan.flow, claim)
    end
  end
end
