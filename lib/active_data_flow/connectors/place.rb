# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # Where a run stands in a source, as it is stored. It says by its form which kind of place it is:
    #
    #   7                      the row whose position is 7, or the number of rows that have passed
    #   ["c3", 12]             in the page that cursor "c3" brings (nil: the first page), behind its 12th row;
    #                          0: before its first row
    #   [nil, nil, 7, "x"]     the row whose position is [7, "x"]
    module Place
      module_function

      # @param position [Object] what `position_of` said
      # @return [String]
      # @raise [ArgumentError, TypeError] for what cannot be written down
      def text(position) = Native.encode_position(position.is_a?(Array) ? [nil, nil, *position] : position, nil)

      # @param cursor [Object, nil] that brought the page
      # @param passed [Integer] rows of it
      # @return [String]
      def text_in_page(cursor, passed) = Native.encode_position([cursor, passed], nil)

      # @param stored [Object, nil] as it is read back
      # @return [Boolean]
      def page?(stored) = stored.is_a?(Array) && stored.size == 2

      # @param stored [Object, nil]
      # @return [Object, nil] what `position_of` said
      def position(stored) = stored.is_a?(Array) ? stored.drop(2) : stored
    end
  end
end
