# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a run deletes from its sink, by its mode: what a mirror has not read, or what was read to be deleted.
    module Deletes
      # For the other modes, and where there is no bound.
      module Needless
        module_function

        # @return [RunStore::Claim] as it is
        def look(claim) = claim

        # @return [Hash{Symbol => Integer}] as they are
        def after(_connection, _claim, _portion, counters) = counters

        # @return [Hash{Symbol => Integer}] none
        def rest(_connection, _claim) = {}
      end

      # `mode :delete` under a bound: what the rows have deleted is looked at before it is committed.
      class Bounded
        # @param bound [MaxDeletes]
        def initialize(bound)
          @bound = bound
        end

        # @return [RunStore::Claim] as it is
        def look(claim) = claim

        # @param _connection [Object]
        # @param claim [RunStore::Claim]
        # @param portion [#upto, #last?] that was written
        # @param counters [Hash{Symbol => Integer}] of it
        # @return [Hash{Symbol => Integer}] as they are
        # @raise [TooManyDeletes]
        def after(_connection, claim, portion, counters)
          @bound.check(claim, counters[:deleted], claim.rows_read + counters[:read], Deletes.behind(portion))
          counters
        end

        # @return [Hash{Symbol => Integer}] none
        def rest(_connection, _claim) = {}
      end

      module_function

      # @param plan [Plan]
      # @param store [RunStore::Base]
      # @return [Mirror, Bounded, Needless]
      def for(plan, store)
        bound = MaxDeletes.of(plan)
        return Mirror.new(plan, store, bound) if plan.mode == :mirror

        (bound && plan.mode == :delete) ? Bounded.new(bound) : Needless
      end

      # @param portion [#last?, #upto]
      # @return [Array, nil] the position after which rows are still to be read
      def behind(portion) = (Place.values(portion.upto) unless portion.last?)
    end
  end
end
