# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What an {Attempt} does when a source or sink wants to be left alone, or no longer knows where the run was.
    module Sparing
      # Seconds for which a job keeps its worker; for a longer time it gives it back.
      PATIENCE = 5
      private_constant :PATIENCE

      private

      # @return [Boolean] whether the attempt ends here
      def put_off?(error)
        if to_stop? || @context.again_after.nil? || error.wait <= PATIENCE
          rested?(error)
          return false
        end

        Operations.logger.info("#{claim} is to leave its source or sink alone for #{error.wait} seconds (#{error.message}); goes on then, in another job")
        @ending = :put_off
        tell_interrupt("throttled")
        release(after: error.wait)
        true
      end

      # Waits as long as it is asked to, with the lease renewed, and its end meanwhile no death: no row is being tried.
      # @param error [Throttled]
      # @return [Boolean] whether to go on; false as soon as the run is to stop
      def rested?(error)
        return false if to_stop?

        Operations.logger.info("#{claim} is to leave its source or sink alone for #{error.wait} seconds (#{error.message}); waits")
        rest_until(seconds + error.wait)
        !to_stop?
      end

      def rest_until(moment)
        lasting { @store.leaving(claim) }
        until to_stop? || (left = moment - seconds) <= 0
          sleep [left, Attempt::LOOK].min
          hear
        end
        lasting { @store.leaving(claim, false) }
      end

      def to_stop? = @interrupts.come? || !claim.stop_requested.nil?

      # What people ask of the run; and that this worker is alive, though it commits nothing.
      def hear
        @store.renew([claim]) unless @store.shared?
        row = lasting { @store.find(claim.id) }
        @lease.claim = claim.with(stop_requested: row&.stop_requested)
      end

      # A place that the source no longer knows is given up, once: for ever in circles would help nobody.
      # @param error [CursorExpired]
      # @raise [CursorExpired] the same, where that was tried already, or there is no place to give up
      def start_over(error)
        raise error if claim.cursor.nil? || claim.cursor == @given_up

        @given_up = claim.cursor
        Operations.logger.warn("#{claim}: its source no longer knows the place behind #{@plan.place(claim.cursor)} (#{error.message}); starts over at the first row")
        @lease.claim = @store.rewind(claim)
      end
    end
  end
end
