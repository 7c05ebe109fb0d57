# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Reads a source page by page, each by its own statement on the connection of this thread. A subclass says how a
    # statement's rows get into a batch.
    class Reader
      # @param source [SourceEnd]
      # @param after [Object, nil] the position after which to go on: a value, or one for each cursor column
      # @param upto [Array, nil] the last position that is read
      # @param columns [Array<Column>] that are read
      def initialize(source, after: nil, upto: nil, columns: source.columns)
        @source = source
        @after = after.nil? ? nil : Engine::Place.listed(after)
        @upto = upto
        @columns = columns
        @names = columns.map(&:name)
        @cursor = source.cursor.map { |name| @names.index(name) }
        @spares = Engine::Spares.new
      end

      # @param limit [Integer] rows
      # @return [Engine::Page, nil] nil at the end
      def next(limit)
        return if @ended

        batch = read(page_sql(limit), limit)
        @ended = batch.size < limit
        return if batch.size.zero?

        @after = values_at(batch, batch.size - 1)
        page(batch, @ended)
      end

      # @param sql [String] of rows with the columns
      # @param limit [Integer] of which there are no more
      # @return [Array<Array>] the cursor's values of each
      def all_values(sql, limit)
        batch = read(sql, limit)
        Array.new(batch.size) { |row| values_at(batch, row) }
      end

      # The rows with these keys, as they are now.
      # @param key [Array<String>] columns
      # @param values [Array<Array>] of each row
      # @return [Engine::Page, nil] nil when there is none
      def again(key, values)
        batch = read(page_sql(values.size, only: @source.matching(key, values)), values.size)
        page(batch, true) unless batch.size.zero?
      end

      # @param page [Engine::Page] of this reader, whose rows are committed
      def done(page) = @spares.give(page.batch)

      # Ends what is under way.
      def close = nil

      private

      def page_sql(limit, only: nil) = @source.page_sql(after: @after, upto: @upto, limit:, only:)

      def read(sql, limit)
        @spares.take(@names).tap do |batch|
          @source.table.with_connection { |connection| fill(connection, sql, batch, limit) }
        end
      end

      # Every database can do this.
      def fill(connection, sql, batch, _limit)
        connection.select_rows(sql, "ActiveDataFlow read").each { |row| batch.push_row(row) }
      end

      def page(batch, last)
        Engine::Page.new(batch:, upto: position(batch, batch.size - 1), last:, positions: ->(row) { position(batch, row) })
      end

      def position(batch, row) = @source.position(values_at(batch, row))

      def values_at(batch, row) = @cursor.map { |index| batch.cell(row, index) }
    end
  end
end
