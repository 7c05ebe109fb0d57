# frozen_string_literal: true

module ActiveDataFlow
  # An Enumerable of Hashes as the source of a flow. The position of a row is its number: how many have passed with it.
  module Rows
    # The source end.
    class SourceEnd
      # @param rows [Enumerable<Hash, Message>]
      def initialize(rows)
        @rows = rows
      end

      # Only the rows know.
      def columns = nil

      # It is read by number, not by columns.
      def cursor = []

      # (see #cursor)
      def directions = []

      # No database stands behind it.
      def types = {}

      # (see #types)
      def casts = {}

      # (see #types)
      def pool = nil

      # @return [Array<String>, nil] the first position and the last; nil where nobody knows how many rows there are
      def bounds = (@rows.is_a?(Array) ? [0, @rows.size].map { |number| Native.encode_position(number, nil) } : nil)

      # @return [Hash] what a stored position belongs to
      def description = {kind: "rows", class: @rows.class.name}

      def to_s = "#{"#{@rows.size} " if @rows.is_a?(Array)}rows (#{@rows.class})"

      # @param after [Integer, nil] how many rows have passed already
      def reader(after: nil) = Reader.new(@rows, after || 0)
    end

    # Takes the rows one after the other.
    class Reader
      # @param rows [Enumerable]
      # @param passed [Integer]
      def initialize(rows, passed)
        @rows = rows.each_entry
        @passed = passed
        @gathering = Engine::Gathering.new
        @hand = Engine::Hand.new
        passed.times { @rows.next }
      rescue StopIteration
        @ended = true
      end

      # @param limit [Integer]
      # @return [Engine::Page, nil] nil at the end
      def next(limit)
        fill(limit)
        return if @hand.empty?

        rows = @hand.take(limit)
        start = @passed
        @passed += rows.size
        batch, misfits = @gathering.call(rows)
        Engine::Page.new(batch:, misfits:, lacking: rows.lacking, upto: Native.encode_position(@passed, nil), last: ended?,
          positions: ->(row) { Native.encode_position(start + row + 1, nil) })
      end

      # @param page [Engine::Page] of this reader, whose rows are committed
      def done(page) = @gathering.done(page.batch)

      # There is nothing to end.
      def close = nil

      private

      def fill(limit)
        @hand.add(@rows.next) while @hand.size < limit && !@ended
      rescue StopIteration
        @ended = true
      end

      def ended?
        return @hand.empty? if @ended || !@hand.empty?

        @rows.peek
        false
      rescue StopIteration
        @ended = true
      end
    end
  end
end
