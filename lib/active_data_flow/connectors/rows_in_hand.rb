# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # Rows that a source has given and the engine has not taken yet, each with its place.
    class RowsInHand
      def initialize
        @hand = Engine::Hand.new
        @places = []
      end

      # @return [Integer]
      def size = @hand.size

      # @return [Boolean]
      def empty? = @hand.empty?

      # @param row [Hash, Message, #to_h]
      # @param place [#call] gives the place's text; asked only when it is needed
      # @param argument [Object] of that call
      def add(row, place, argument)
        @hand.add(row)
        @places << [place, argument]
      end

      # @param limit [Integer]
      # @return [Array<(Engine::Hand::Taken, Array)>] the next rows that bring the same columns, and as many places
      def take(limit)
        rows = @hand.take(limit)
        [rows, @places.shift(rows.size)]
      end

      # @return [String]
      def self.text_of(place) = place.first.call(place.last)
    end
  end
end
