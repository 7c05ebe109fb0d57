# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # The last row that was seen, and the transactions that had written to the table and were open then. When those have
      # ended, every row up to that one can be seen: a transaction locks the table before it takes a key from the sequence,
      # so whoever takes one later takes a higher one.
      #
      # upto:: Array of Strings, a position
      # writers:: Array of Strings, virtual transactions ("3/41"; one that was prepared before the server was started is "-1/" and its number)
      # boot:: String, when the server was started
      Sighting = Data.define(:upto, :writers, :boot)

      class Sighting
        PREPARED = %r{\A-1/}
        private_constant :PREPARED

        # @return [Boolean] whether nobody can commit a row before this position any more
        def proven? = writers.empty?

        # @param open [Array<String>] the transactions that have written to the table, now
        # @param boot [String]
        # @return [Sighting] with those of its writers that are still open
        def later(open, boot)
          return self if proven?

          open = open.grep(PREPARED) unless boot == self.boot # the numbers begin anew, and nothing else outlives a start
          ended = writers - open
          # Whose commit was prepared goes on under another name after a restart, and before PostgreSQL 14 at once.
          renamed = ended.grep_v(PREPARED).any? ? open.grep(PREPARED) : []
          with(writers: (writers & open) | renamed, boot:)
        end
      end

      # What two sightings prove: the one that a run before has left, and this run's own.
      class Proof
        # @param kept [Sighting, nil]
        # @param seen [Sighting]
        def initialize(kept, seen)
          @kept = kept
          @seen = seen
        end

        # Looks again.
        # @return [Boolean] whether this run's own is proven
        def look(open, boot)
          @kept = @kept&.later(open, boot)
          @seen = @seen.later(open, boot)
          proven?
        end

        # @return [Boolean]
        def proven? = @seen.proven?

        # @return [Array<String>, nil] the last position that may be read
        def upto = [@seen, @kept].compact.find(&:proven?)&.upto

        # The older one is kept until it is proven: where somebody always writes, a newer one would never be.
        # @return [Sighting, nil] for the next run
        def left = proven? ? nil : [@kept, @seen].compact.find { |sighting| !sighting.proven? }

        # @return [Array<String>] for whom this run would have to wait
        def waits_for = @seen.writers
      end
    end
  end
end
