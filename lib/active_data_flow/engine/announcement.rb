# frozen_string_literal: true

require "digest"

module ActiveDataFlow
  module Engine
    # What a sink outside of the run's transaction is about to be sent is written down first: a run that is resumed sends
    # exactly those rows again, under the same key, so that a sink which keeps keys takes them once (protocols.md P13).
    class Announcement
      # For a sink that is committed with the run, or takes back what was not: nothing needs to be written down.
      module Needless
        module_function

        # @param limit [Integer]
        # @return [Object, nil] the next portion of the path
        def next(path, _claim, limit) = path.next(limit)

        # @return [RunStore::Claim] as it is
        def make(claim, _portion) = claim
      end

      # @param sinks [Sinks]
      # @param store [RunStore::Base]
      # @return [Announcement, Needless]
      def self.for(sinks, store)
        member = sinks.find { |one| one.sink.respond_to?(:batch_key=) && one.sink.pool.nil? && !one.checkpoints? }
        member ? new(member.sink, store) : Needless
      end

      # @param sink [#batch_key=]
      # @param store [RunStore::Base]
      def initialize(sink, store)
        @sink = sink
        @store = store
      end

      # @param path [#next]
      # @param claim [RunStore::Claim]
      # @param limit [Integer]
      # @return [Object, nil] the portion that was announced before, else one of so many rows
      def next(path, claim, limit)
        # While a row is suspected, batches are small, and have other keys.
        announced = claim.pending_bounds && claim.level.zero? && JSON.parse(claim.pending_bounds)
        path.next(announced ? announced["rows"] : limit)
      end

      # Writes down what is about to be sent, where it is not written down already, and gives the sink its key. Where other rows
      # were announced behind the same place, the sink may have them: it is told under which keys.
      # @return [RunStore::Claim]
      # @raise [LeaseLost]
      def make(claim, portion)
        batch = {"from" => claim.cursor, "to" => portion.upto, "rows" => portion.size, "content" => portion.content}
        @sink.batch_key = key(claim, batch)
        @sink.replaces = replaced(claim, batch)
        bounds = JSON.generate({**batch, "replaces" => @sink.replaces}.compact)
        return claim if claim.pending_bounds == bounds

        @store.announce(claim, bounds)
      end

      private

      def key(claim, batch) = "#{claim.id}-#{Digest::SHA256.hexdigest(JSON.generate(batch))[0, 32]}"

      # @return [Array<String>, nil] also those that were replaced before: nobody knows which of them have arrived
      def replaced(claim, batch)
        announced = claim.pending_bounds && JSON.parse(claim.pending_bounds)
        earlier = announced&.delete("replaces")
        return earlier if announced.nil? || announced == batch

        [*earlier, Connectors::Writer.key(key(claim, announced), 0, announced["rows"] - 1)]
      end
    end
  end
end
