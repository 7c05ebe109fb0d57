# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # How many rows of the sink a run may delete (`max_deletes:`). A share is one of the rows read. Old rows tend to go together, so
    # of the first batches a share says little: where it would be passed, both ends are counted, once, from there on. Then it is one
    # of all that is to be read; and what a sink has more than its source will go as well, so that a source which has lost its rows
    # is found out before the first one is deleted.
    class MaxDeletes
      # @param plan [Plan]
      # @return [MaxDeletes, nil] nil: as many as there are
      def self.of(plan) = (plan.sink.max_deletes(plan.mode)&.then { |bound| new(bound, plan.source) } if plan.sink.respond_to?(:max_deletes))

      # @param bound [Integer, Float]
      # @param source [#count_after] the source end
      def initialize(bound, source)
        @bound = bound
        @source = source
      end

      # @param claim [RunStore::Claim]
      # @param found [Integer] rows that are about to be deleted
      # @param read [Integer] rows of the run, with those of the batch
      # @param behind [Array, nil] the position after which rows are still to be read; nil: there are none
      # @yieldreturn [Integer] how many rows the sink has behind it
      # @raise [TooManyDeletes] before it would be passed
      def check(claim, found, read, behind, &)
        @total = nil unless behind
        return if found.zero? || within?(claim.rows_deleted + found, read)

        found += look_ahead(read, behind, &) if behind
        refuse(claim, found, read) unless within?(claim.rows_deleted + found, read)
      end

      private

      # Divided, as shares are everywhere: 29 of 100 is 0.29, and 0.29 * 100 is less than 29.
      def within?(deleted, read)
        return deleted <= @bound if @bound.is_a?(Integer)

        read = [read, @total || 0].max
        read.positive? && deleted.fdiv(read) <= @bound
      end

      # @return [Integer] rows that will have to go beside those that are about to
      def look_ahead(read, behind)
        return 0 if @total || @bound.is_a?(Integer) || !@source.respond_to?(:count_after)

        to_read = @source.count_after(behind)
        @total = read + to_read
        block_given? ? [yield - to_read, 0].max : 0
      end

      def refuse(claim, found, read)
        share = " of #{Place.number([read, @total || 0].max)} #{"to " if @total}read" if @bound.is_a?(Float)
        before = ", after #{Place.number(claim.rows_deleted)}" if claim.rows_deleted.positive?
        raise TooManyDeletes, "Stopped before deleting #{Place.number(found)} rows#{before} (max_deletes: #{@bound}#{share}). Does the source's scope still hold?"
      end
    end
  end
end
