# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # Rows of a source that has only `each`, taken one after the other. With `start_id:` it is told where to begin; without,
    # the rows that have passed are counted, and left out when a run goes on.
    class Enumerating
      # @param source [Connector::Source]
      # @param stored [Object, nil] the place behind which to go on
      def initialize(source, stored)
        @source = source
        @counted = !keywords.include?(:start_id)
        @passed = (@counted && stored) || 0
        @after = Place.position(stored)
        @place = @counted ? Place.method(:text) : ->(row) { Place.text(position_of(row)) }
        @hand = RowsInHand.new
      end

      # (see Fetching#next)
      def next(limit)
        fill(limit)
        @hand.take(limit) unless @hand.empty?
      end

      # There are no pages here that could be empty.
      # @return [nil]
      def passed_over = nil

      # (see Fetching#ended?)
      def ended? = @ended == true && @hand.empty?

      private

      # Rows that came before the source asked to be left alone are taken first: else they would be read again, and it would ask
      # again, each time.
      def fill(limit)
        raise @put_off if @put_off && @hand.empty?

        begin_with(limit) unless @rows
        add(@rows.next) while @hand.size < limit && !@ended && !@put_off
      rescue StopIteration
        @ended = true
      rescue Throttled => error
        @put_off = error
        raise if @hand.empty?
      end

      def add(row)
        @hand.add(row, @place, @counted ? @passed += 1 : row)
      end

      def begin_with(limit)
        @rows = @source.enum_for(:each, **Connector::Methods.accepted(@source.method(:each), batch_size: limit, start_id: @after))
        @passed.times { @rows.next } if @counted
      end

      def keywords = Connector::Methods.accepted(@source.method(:each), batch_size: nil, start_id: nil).keys

      def position_of(row)
        position = @source.position_of(row)
        return position unless position.nil?

        raise ArgumentError, "#{@source.class}#position_of gave nil for #{row.inspect}. Write: def position_of(row) = row[:number]"
      end
    end
  end
end
