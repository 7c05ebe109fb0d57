# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # How an {Attempt} commits: the last time with what is then to be noted, and only what adds up.
    module Committing
      private

      # @param portion [#size, nil] nil: the source has nothing more
      # @return [Boolean] whether it was the last one
      def carried_over?(portion)
        return finished unless portion
        return passed_over(portion) if portion.size.zero?

        telling_batch(portion) { committed(portion) }
      end

      # The source had nothing here, and knows where to go on. Where rows were announced, the next ones say so: not committed before.
      def passed_over(portion)
        return false if claim.pending_bounds

        @lease.claim = write(to: portion.upto, last: false) { {} }
        @troubles = @rested = 0
        false
      end

      def write(last:, **written)
        after = @authority.commit(claim, last:, **written) do |connection|
          @plan.writing(connection) { |open| yield(open).tap { @checkpoints.save(claim, open, last:) } }
        end
        @checkpoints.kept(after)
      end

      # Rows, and what a mirror deletes beside them.
      def written(portion, open, aside)
        counters = portion.write(open, aside)
        @plan.sinks.beside(open, counters) { |connection| @deletes.after(connection, claim, portion, counters) }
      end

      # Inside the last commit, so that what does not add up is not committed.
      def check(counters, aside, last:)
        totals = claim.totals(counters)
        aside.check(totals, last:)
        add_up(totals) if last
      end

      # What was read has become something, or this gem has a bug.
      def add_up(totals)
        Native::Counters.check(totals.values_at(*RunStore::Columns::COUNTERS), @plan.mode == :delete)
      rescue Error => error
        raise Error, "#{@plan.label}: #{error.message}. Nothing of the last batch was committed. " \
          "This is a bug in active_data_flow; please report it with the flow's class."
      end
    end
  end
end
