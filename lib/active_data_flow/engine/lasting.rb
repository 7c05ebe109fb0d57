# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A lost connection is the engine's to mend: neither a death nor a failure.
    module Lasting
      # Seconds in which the database has to be there again.
      WITHIN = 60
      PAUSE = 0.2
      private_constant :PAUSE

      # @param store [RunStore::Base]
      # @yield what may be done again after an answer that did not arrive
      # @return [Object] what the block returned
      # @raise what the block raised, when that was something else, or at the end of the time
      def self.call(store)
        deadline = seconds + WITHIN
        begin
          yield
        rescue => error
          raise unless store.unreachable?(error) && seconds < deadline

          sleep PAUSE
          retry
        end
      end

      def self.seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      private_class_method :seconds
    end
  end
end
