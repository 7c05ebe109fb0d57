# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # A connector's rows as the engine takes them.
    class Reader
      # @param source [Connector::Source, #fetch]
      # @param stored [Object, nil] the place behind which to go on
      def initialize(source, stored)
        @source = source
        @gathering = Engine::Gathering.new
        @rows = fetches? ? Fetching.new(source, stored) : Enumerating.new(source, stored)
      end

      # @param limit [Integer]
      # @return [Engine::Page, nil] nil at the end; one without rows for each page of the source that has none, so that a run gets
      #   on, and can be stopped, however many of them follow each other
      # @raise [Throttled, CursorExpired] what the source raises, as it is
      def next(limit)
        rows, places = @rows.next(limit)
        return @rows.passed_over&.then { |place| Engine::Page.without_rows(place) } unless rows

        batch, misfits = @gathering.call(rows)
        Engine::Page.new(batch:, misfits:, lacking: rows.lacking, upto: RowsInHand.text_of(places.last), last: @rows.ended?,
          positions: ->(row) { RowsInHand.text_of(places.fetch(row)) })
      end

      # @param page [Engine::Page] of this reader, whose rows are committed
      def done(page) = @gathering.done(page.batch)

      # @return [void]
      def close
        @source.close if @source.respond_to?(:close)
      end

      private

      def fetches? = Connector::Methods.own?(@source, :fetch) || !Connector::Methods.own?(@source, :each)
    end
  end
end
