# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # Pages of a file, for the engine. No row of them becomes a Ruby object.
    class Reader
      # @param pages [Pages]
      def initialize(pages)
        @pages = pages
        @spares = Engine::Spares.new
      end

      # @param limit [Integer] rows
      # @return [Engine::Page, nil] nil at the end
      def next(limit)
        batch = @spares.take(@pages.names)
        return page(batch) if @pages.fill(batch, limit)

        @spares.give(batch)
        nil
      end

      # @param page [Engine::Page] of this reader, whose rows are committed
      def done(page) = @spares.give(page.batch)

      # @return [void]
      def close = @pages.close

      private

      def page(batch)
        misfits = @pages.bad.map { |row, column, reason| Flow::Transformation::Misfit.new(row:, column:, reason:, error: nil) }
        Engine::Page.new(batch:, misfits:, upto: @pages.position(batch.size - 1), last: @pages.ended?, lacking: @pages.lacking,
          positions: @pages.method(:position), origins: @pages.method(:origin))
      end
    end
  end
end
