# frozen_string_literal: true

module ActiveDataFlow
  module Testing
    # Moves the clocks of a program together: Ruby's, and with it those of tasks and of ActiveSupport, and that of the stores of
    # runs, which goes by the database's.
    # @private
    module Moments
      @stores = []

      class << self
        # @param example [Object] with `travel_to` of ActiveSupport's, or `allow` of rspec-mocks
        # @param moment [Time]
        def go(example, moment)
          ahead = moment - Time.now
          example.respond_to?(:travel_to, true) ? example.send(:travel_to, moment, with_usec: true) : stop(example, moment)
          RunStore.all.each { |store| advance(store, ahead) unless store.is_a?(RunStore::Memory) } # that goes by Ruby's
        end

        # To now, at the end of an example; rspec-mocks does its part by itself.
        # @param example [Object]
        def return(example)
          example.send(:travel_back) if example.respond_to?(:travel_back, true)
          @stores.each { |store, seconds| store.clock.advance(-seconds) }
          @stores = []
        end

        private

        def advance(store, seconds)
          store.clock.advance(seconds)
          @stores << [store, seconds]
        end

        def stop(example, moment)
          example.instance_exec { allow(Time).to receive(:now).and_return(moment) }
        end
      end
    end
  end
end
