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
      end

      # (see Fetching#next)
      def next(limit)
        rows = take(limit)
        return if rows.empty?

        start = @passed
        @passed += rows.size
        place = @counted ? ->(index) { Place.text(start + index + 1) } : ->(index) { Place.text(position_of(rows.fetch(index))) }
        [rows, rows.each_index.map { |index| [place, index] }]
      end

      # (see Fetching#ended?)
      def ended? = @ended == true

      private

      def take(limit)
        begin_with(limit) unless @rows
        rows = []
        rows << @rows.next while rows.size < limit && !@ended
        rows
      rescue StopIteration
        @ended = true
        rows || []
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
