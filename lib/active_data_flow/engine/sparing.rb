# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What an {Attempt} does when a source, a sink or the flow's author wants something to be left alone for a while, or a source
    # no longer knows where the run was.
    module Sparing
      # Seconds for which a job keeps its worker between two commits; for a longer time it gives it back.
      PATIENCE = 5
      private_constant :PATIENCE

      private

      # Asked between two batches.
      # @raise [Throttled] when a `throttle_on` holds
      def throttle
        flow = @plan.flow
        flow.class.declarations.throttles.each { |rule| raise rule.throttled(flow) if rule.holds?(flow) }
      end

      # @return [Boolean] whether the attempt ends here
      def put_off?(error)
        @rested = (@rested || 0) + error.wait
        if to_stop? || @context.again_after.nil? || @rested <= PATIENCE
          rested?(error)
          return false
        end

        say_what_for(error, "goes on then, in another job")
        @ending = :put_off
        tell_interrupt("throttled")
        release(after: error.wait, throttled: true)
        true
      end

      # Waits as long as it is asked to, with the lease renewed, and its end meanwhile no death: no row is being tried.
      # @param error [Throttled]
      # @return [Boolean] whether to go on; false as soon as the run is to stop
      def rested?(error)
        return false if to_stop?

        say_what_for(error, "waits")
        rest_for(error.wait)
        !to_stop?
      end

      def say_what_for(error, what)
        Operations.logger.info("#{claim} is throttled for #{error.wait.to_f.round(3)} seconds (#{error.message}); #{what}")
      end

      def rest_for(wait)
        moment = seconds + wait
        lasting { @store.throttle(claim, wait) }
        until to_stop? || (left = moment - seconds) <= 0
          sleep [left, Attempt::LOOK].min
          hear
        end
        lasting { @store.throttle(claim, nil) }
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
