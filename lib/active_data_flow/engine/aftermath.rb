# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A run whose attempt was ended by an error. It is still claimed: whoever decides does so here, and changes nothing where
    # another worker has taken the run meanwhile.
    class Aftermath
      # @return [RunStore::Claim]
      attr_reader :claim
      # @return [Exception]
      attr_reader :error

      # @param flow [Base]
      # @param store [RunStore::Base]
      # @param claim [RunStore::Claim] the newest
      # @param error [Exception]
      def initialize(flow, store, claim, error)
        @flow = flow
        @store = store
        @claim = claim
        @error = error
      end

      # Called once, as soon as it is known what becomes of the run.
      # @yieldparam status [String] "failed", or "in_progress" where it is to be tried again, or is another worker's
      # @return [void]
      def decided(&told) = @told = told

      # Ends the run, and tells the flow's callbacks.
      # @return [Boolean] whether it was still ours
      def fail
        failed = handed_on { @store.fail(claim, error) }
        return false unless failed

        @store.reject(claim, error.rejects.map(&:to_h)) if error.is_a?(BudgetExceeded) && error.rejects.any?
        Callbacks.new(@flow, @store, Run.new(@store, lasting { @store.find(claim.id) })).call
        true
      ensure
        tell(failed ? "failed" : "in_progress")
      end

      # Gives the run back for another try at its cursor.
      # @param seconds [Numeric] after which the sweep lets it go on, where nobody else did
      # @return [Boolean] whether it was still ours
      def try_again(seconds)
        handed_on { @store.retry_later(claim, error, after: seconds) }
      ensure
        tell("in_progress")
      end

      private

      def tell(status)
        told, @told = @told, nil
        told&.call(status)
      end

      # Its place in the group is free, if it was still ours.
      def handed_on(&)
        lasting(&).tap { |done| Outbox.next_of_group(@store, @flow.class.group) if done }
      end

      def lasting(&) = Lasting.call(@store, &)
    end
  end
end
