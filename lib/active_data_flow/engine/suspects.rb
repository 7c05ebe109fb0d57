# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A run whose workers die, and the row among its rows that may be what kills them (protocols.md P6).
    class Suspects
      # Why a row is put aside that has killed its workers.
      DEADLY = "the process died each time it came to this row, the last times with no other row beside it"

      # @param store [RunStore::Base]
      # @param batch_size [Integer]
      def initialize(store, batch_size)
        @store = store
        @batch_size = batch_size
        @kills = nil
      end

      # After a claim: the deaths so far become a level, at which batches are small, or point at one row.
      # @param claim [RunStore::Claim]
      # @return [RunStore::Claim]
      # @raise [Error] when too many workers have died
      def look(claim)
        claim = count_death(claim)
        (deaths, level, left), kills = Native::Level.after_claim(state(claim), claim.tries_rows || 0, @batch_size)
        @kills = claim.tries_key if kills
        return claim if [deaths, level, left] == state(claim)

        @store.suspect(claim, level:, suspect_left: left)
      end

      # @param claim [RunStore::Claim]
      # @param size [Integer] that the pace allows
      # @return [Integer] rows of the next batch
      def limit(claim, size) = @kills ? 1 : Native::Level.rows(state(claim), size)

      # Writes down what is about to be tried, while there is a suspicion.
      # @param claim [RunStore::Claim]
      # @param portion [#size, #upto]
      # @return [RunStore::Claim]
      def tries(claim, portion)
        claim.level.positive? ? @store.tries(claim, rows: portion.size, key: portion.upto) : claim
      end

      # @param portion [#upto]
      # @return [Boolean] whether the portion is the row that has killed its workers
      def kills?(portion) = !@kills.nil? && portion.upto == @kills

      # After a commit.
      def forget
        @kills = nil
      end

      private

      def count_death(claim)
        return claim unless claim.died?

        now = (Time.now.to_r * 1_000_000).to_i
        moments = Native::Level.remembered(claim.deaths_us, now)
        claim = @store.remember_deaths(claim, moments)
        reason = Native::Level.too_many(moments, now)
        reason ? raise(Error, "#{claim}: #{reason}") : claim
      end

      def state(claim) = [claim.deaths, claim.level, claim.suspect_left]
    end
  end
end
