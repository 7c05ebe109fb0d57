# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # Rows that a source has given and the engine has not taken yet, each with its place.
    class RowsInHand
      def initialize
        @rows = []
        @places = []
        @first = 0
      end

      # @return [Integer]
      def size = @rows.size - @first

      # @return [Boolean]
      def empty? = size.zero?

      # @param rows [Array<Hash, Message>]
      # @yieldparam index [Integer] of a row in `rows`
      # @yieldreturn [#call] gives the place's text; asked only when it is needed
      def put(rows, &place)
        rows.each_index { |index| @places << [place, index] }
        @rows.concat(rows)
      end

      # @param limit [Integer]
      # @return [Array<(Array, Array)>] the next rows, and as many places
      def take(limit)
        rows = @rows[@first, limit]
        places = @places[@first, limit]
        @first += rows.size
        forget if @first == @rows.size
        [rows, places]
      end

      # @return [String]
      def self.text_of(place) = place.first.call(place.last)

      private

      def forget
        @rows = []
        @places = []
        @first = 0
      end
    end
  end
end
