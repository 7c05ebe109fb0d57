# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # Rows of a source that has `fetch`: Arrays whose rows say where they stand, or pages with cursors.
    class Fetching
      # @param source [Connector::Source, #fetch]
      # @param stored [Object, nil] the place behind which to go on
      def initialize(source, stored)
        @source = source
        @hand = RowsInHand.new
        @ended = false
        @after, @skip = Place.page?(stored) ? stored : [Place.position(stored), 0]
      end

      # @param limit [Integer]
      # @return [Array<(Engine::Hand::Taken, Array)>, nil] rows and their places; nil where the source had none: at the end, or
      #   in a page without rows
      def next(limit)
        fetch(limit) if @hand.empty? && !@ended
        @hand.take(limit) unless @hand.empty?
      end

      # @return [String, nil] the place before the next page, where a page brought no rows
      def passed_over = (Place.text_in_page(@after, 0) unless @ended)

      # @return [Boolean] whether it is known that there is nothing more
      def ended? = @ended && @hand.empty?

      private

      def fetch(limit)
        answer = @source.fetch(after: @after, limit:)
        return page(answer) if answer.is_a?(Connector::Source::Page)
        return list(answer) if answer.is_a?(Array)

        raise TypeError, "#{label}#fetch returned #{answer.nil? ? "nil" : Operations::Spelling.article(answer.class)}; " \
          "it returns an Array of rows, empty at the end, or a Page"
      end

      # In a page that was begun, the rows that have passed are left out. Behind its last row the run stands before the next page:
      # else each new try would bring this one again first, and where little may be asked for at a time, never get further.
      def page(page)
        refuse_circle(page.cursor) if !page.cursor.nil? && page.cursor == @after
        refuse_shorter(page) if page.rows.size < @skip
        brought_by, skipped, size, following = @after, @skip, page.rows.size, page.cursor
        place = ->(passed) { (passed == size && following) ? Place.text_in_page(following, 0) : Place.text_in_page(brought_by, passed) }
        page.rows.drop(skipped).each.with_index(skipped + 1) { |row, passed| @hand.add(row, place, passed) }
        @skip = 0
        @ended = page.cursor.nil?
        @after = page.cursor unless @ended
      end

      def list(rows)
        return @ended = true if rows.empty?

        position = position_of(rows.last)
        refuse_circle(position) if position == @after
        place = ->(row) { Place.text(position_of(row)) }
        rows.each { |row| @hand.add(row, place, row) }
        @after = position
      end

      def position_of(row)
        position = @source.position_of(row)
        return position unless position.nil?

        raise ArgumentError, "#{label}#position_of gave nil for #{row.inspect}. Write: def position_of(row) = row[:number], " \
          "or let fetch return Page.new(rows, cursor: ...)"
      end

      # What does not advance would be read for ever.
      def refuse_circle(position)
        raise Error, "#{label}#fetch(after: #{@after.inspect}) ended at #{position.inspect} again; it has to give the rows behind it"
      end

      # Nobody can tell which of its rows have passed.
      def refuse_shorter(page)
        raise SourceChanged, "#{label}#fetch(after: #{@after.inspect}) brought #{page.rows.size} rows, of which #{@skip} have passed already; a cursor has to " \
          "bring the same page each time. Ask for pages of one size, whatever limit: is"
      end

      def label = @source.class.name || @source.class.to_s
    end
  end
end
