# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a sink outside of the run's transaction has to know to go on: how far it had come at the last commit, and so what
    # it has to take back. It is stored in that commit.
    class Checkpoints
      # For a sink that has none.
      module Needless
        module_function

        # @return [nil]
        def resume(_claim) = nil

        # @return [nil]
        def save(_claim, last:) = nil

        # @return [RunStore::Claim] as it is
        def kept(claim) = claim
      end

      # @param sink [Object] the sink end
      # @param authority [Authority]
      # @return [Checkpoints, Needless]
      def self.for(sink, authority) = (sink.respond_to?(:checkpoints?) && sink.checkpoints?) ? new(sink, authority) : Needless

      # @param sink [Connectors::SinkEnd]
      # @param authority [Authority]
      def initialize(sink, authority)
        @sink = sink
        @authority = authority
      end

      # Before the first batch of a claim, and after each trouble.
      # @param claim [RunStore::Claim]
      def resume(claim) = @sink.resume(claim.sink_checkpoints && JSON.parse(claim.sink_checkpoints).first)

      # Inside the commit, as the last thing of it.
      # @param claim [RunStore::Claim]
      # @param last [Boolean] whether it is the last commit
      def save(claim, last:)
        @saved = JSON.generate([@sink.checkpoint])
        @authority.keep_checkpoints(claim, @saved)
        @sink.complete if last
      end

      # After the commit.
      # @param claim [RunStore::Claim]
      # @return [RunStore::Claim]
      def kept(claim) = claim.with(sink_checkpoints: @saved)
    end
  end
end
