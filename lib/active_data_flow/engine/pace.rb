# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # How many rows the next batch has: as many as a commit of 50 to 200 milliseconds takes, never more than the flow's
    # `batch_size`.
    class Pace
      # @return [Integer] rows
      attr_reader :size

      # @param limit [Integer]
      def initialize(limit)
        @limit = limit
        @size = Native::Pace.first(limit)
      end

      # @param rows [Integer] of the batch that was committed
      # @param seconds [Float] from BEGIN to the end of COMMIT
      def took(rows, seconds)
        @size = Native::Pace.next(@size, rows, (seconds * 1_000_000).round, @limit)
      end
    end
  end
end
