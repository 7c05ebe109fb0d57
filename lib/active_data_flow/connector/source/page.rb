# frozen_string_literal: true

module ActiveDataFlow
  module Connector
    class Source
      # Rows with the cursor by which the next ones are asked for, for sources whose cursors mean nothing to anybody else.
      # A position inside of a page is the cursor that brought the page, and the number of the row; behind its last row it is the
      # cursor of the next page, and 0. So a cursor has to bring the same page each time.
      #
      #   Page.new(answer["items"], cursor: answer["next"])
      class Page
        # @return [Array<Hash, Message>] as many as the source likes, whatever the limit was; none is fine
        attr_reader :rows
        # @return [Integer, Float, String, Time, Date, true, false, nil] nil at the end
        attr_reader :cursor

        # @param rows [Array<Hash, Message>]
        # @param cursor [Object, nil]
        # @raise [ArgumentError] where the rows are no Array, or the cursor is one or a Hash
        def initialize(rows, cursor:)
          raise ArgumentError, "a page takes an Array of rows, not #{rows.inspect}" unless rows.is_a?(Array)
          if cursor.is_a?(Array) || cursor.is_a?(Hash)
            raise ArgumentError, "a page's cursor is one value, not #{cursor.inspect}. Write: cursor: JSON.generate(...), and JSON.parse(after) in fetch"
          end

          @rows = rows
          @cursor = cursor
        end

        def inspect = "#<#{self.class} #{@rows.size} rows, cursor: #{@cursor.inspect}>"
      end
    end
  end
end
