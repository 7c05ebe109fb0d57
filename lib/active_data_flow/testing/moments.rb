# frozen_string_literal: true

module ActiveDataFlow
  module Testing
    # Moves the clocks of a program together: Ruby's, and with it those of tasks and of ActiveSupport; and that of the stores of
    # runs, which goes by the database's and follows Ruby's, whoever moves it (`travel`, Timecop, a stub).
    # @private
    module Moments
      # Seconds that are no travel: where Ruby's time stands still, the database's goes on.
      AHEAD = 1
      BACK = 60
      private_constant :AHEAD, :BACK

      @moved = 0

      class << self
        # @param example [Object] with `travel_to` of ActiveSupport's, or `allow` of rspec-mocks
        # @param moment [Time]
        def go(example, moment)
          example.respond_to?(:travel_to, true) ? example.send(:travel_to, moment, with_usec: true) : stop(example, moment)
        end

        # To now, at the end of an example; rspec-mocks does its part by itself.
        # @param example [Object]
        def return(example)
          example.send(:travel_back) if example.respond_to?(:travel_back, true)
          @moved = 0
        end

        # @return [Numeric] seconds by which Ruby's time was moved. It changes by travels only: a clock that is set a little each
        #   time would go to and fro.
        def moved
          seen = Time.now.to_f - Process.clock_gettime(Process::CLOCK_REALTIME)
          @moved = seen unless (seen - @moved).between?(-BACK, AHEAD)
          @moved
        end

        private

        def stop(example, moment)
          example.instance_exec { allow(Time).to receive(:now).and_return(moment) }
        end
      end

      RunStore::Clock.moved = method(:moved)
    end
  end
end
