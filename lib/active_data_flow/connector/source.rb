# frozen_string_literal: true

require_relative "naming"
require_relative "methods"
require_relative "configured"

module ActiveDataFlow
  module Connector
    # Where rows come from. A source of your own is a subclass with one method, {#fetch} or {#each}:
    #
    #   class TicketSource < ActiveDataFlow::Connector::Source
    #     attribute :url
    #
    #     def fetch(after:, limit:) = Tickets.get(url, since_id: after || 0, count: limit)
    #   end
    #
    # A row is a Hash or a {Message}. Where it stands is said by {#position_of}, unless the source answers in pages with
    # cursors of its own ({Page}). A source may raise {Throttled} or {CursorExpired}.
    #
    # Inside of a source `ActiveRecord` and `Enumerable` are the sources of that name: write `::ActiveRecord` for the
    # library. Every source is Enumerable.
    class Source
      include ::Enumerable
      include Configured # after Enumerable, of which ActiveSupport has a to_json
      extend Naming

      # The name that a base class has elsewhere.
      Base = itself

      # The rows behind a position.
      # @param after [Object, nil] what {#position_of} said of the last row, or the cursor of the last {Page}; nil at the
      #   beginning
      # @param limit [Integer] how many rows are wanted; a {Page} may have more or fewer
      # @return [Array<Hash, Message>, Page] an empty Array at the end
      # @raise [Throttled] when the source wants to be left alone for a while; it is asked for the same again then
      # @raise [CursorExpired] when it no longer knows `after`; the run starts over, once without a commit between
      def fetch(after:, limit:)
        refuse_neither unless Methods.own?(self, :each)

        enum_for(:each, **Methods.accepted(method(:each), batch_size: limit, start_id: after)).first(limit)
      end

      # All rows behind a position, one by one.
      # @param batch_size [Integer] how many are asked for at once
      # @param start_id [Object, nil] as `after:` of {#fetch}
      # @yieldparam row [Hash, Message]
      # @return [Enumerator, void]
      def each(batch_size: 1000, start_id: nil)
        refuse_neither unless Methods.own?(self, :fetch)
        return enum_for(:each, batch_size:, start_id:) unless block_given?

        loop do
          page = fetch(after: start_id, limit: batch_size)
          rows = page.is_a?(Page) ? page.rows : page
          rows.each { |row| yield row }
          break if page.is_a?(Page) ? page.cursor.nil? : rows.empty?

          start_id = page.is_a?(Page) ? page.cursor : position_of(rows.last)
        end
      end

      # Where a row stands: what {#fetch} is given to get those behind it.
      # @param row [Hash, Message] as the source gave it
      # @return [Object] an Integer, Float, BigDecimal, String, Time or Date, or an Array of those
      def position_of(row) = row.is_a?(Hash) ? row.fetch(:id) { row["id"] } : row[:id]

      private

      def refuse_neither
        raise NotImplementedError, "#{self.class.label} has neither fetch(after:, limit:) nor each(batch_size:, start_id:). " \
          "Write one of them: fetch returns an Array of rows, empty at the end; each yields them."
      end
    end
  end
end

require_relative "source/page"
