# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Up to where one attempt of `read :new` or `:changed` goes, by what the source's horizon says and what the run before
    # has left.
    class Bound
      # @param plan [Plan]
      # @param store [RunStore::Base]
      def initialize(plan, store)
        @plan = plan
        @store = store
      end

      # Waits for it, and tells the source.
      # @param claim [RunStore::Claim]
      # @param interrupts [Interrupts] which end the waiting
      # @return [void]
      def fix(claim, interrupts)
        return within(claim) if claim.part?

        horizon = @plan.horizon or return
        kept = @store.read_state_at_claim(claim)
        verdict = horizon.verdict(after(claim), kept) { interrupts.come? }
        @store.keep_read_state(claim, verdict.kept) unless verdict.kept == kept
        tell(claim, verdict.note) unless interrupts.come?
        @plan.source.upto = verdict.upto
        @nothing = verdict.upto.nil?
      end

      # @return [Boolean] whether there is nothing that may be read
      def nothing? = @nothing == true

      private

      # A part goes as far as was said when its run was split, whatever has been written since.
      def within(claim)
        @plan.source.upto = Place.values(claim.range_upto)
      end

      def after(claim) = Place.values(claim.cursor)

      def tell(claim, note)
        Operations.logger.warn("#{claim}: #{note}") if note
        @store.note(claim, note) if note || claim.metadata&.key?("note")
      end
    end
  end
end
