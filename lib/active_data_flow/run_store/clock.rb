# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # How far the time of leases is from the server's clock: 0, unless a spec moves it. Leases are dated by the
    # database's own clock (workers' clocks differ), so moving Ruby's time would move nothing.
    class Clock
      class << self
        # @return [#call, nil] gives the seconds by which a spec has moved Ruby's time, for servers whose time is to follow
        attr_accessor :moved
      end

      # @return [Numeric] seconds
      def offset = Clock.moved ? @offset + Clock.moved.call : @offset

      def initialize = @offset = 0

      # @param seconds [Numeric] may be negative
      def advance(seconds) = @offset += seconds

      # @return [Time] for a store that has no server
      def now = Time.now.utc + @offset
    end
  end
end
