# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The order in which a source is read: columns by which no two rows are the same and none is NULL, or rows would be lost
    # between two pages.
    class ReadingOrder
      # @return [Array<String>] columns
      attr_reader :names
      # @return [Array<Symbol>] :asc or :desc, one for each
      attr_reader :directions

      # @param source [SourceEnd]
      # @param line [Flow::SourceLine]
      # @param flow [Base]
      # @raise [ConfigurationError] when there is no such order
      def initialize(source, line, flow)
        @source = source
        @table = source.table
        @flow = flow
        given = given(line, flow.class.declarations.read)
        @names = complete(given)
        @directions = directions_of(line.order, given)
      end

      # Of a query no index says that its rows are unique by the cursor, so they are looked at.
      # @raise [ConfigurationError] with the first position that is not
      def prove
        @table.with_connection do |connection|
          columns = @source.quoted_cursor
          rows = @source.window(nil, nil).reselect(*columns.map { |name| ::Arel.sql(name) })
          empty = connection.select_rows(rows.where(columns.map { |name| "#{name} IS NULL" }.join(" OR ")).limit(1).to_sql).first
          refuse("gives rows without #{names.join(", ")}, by which it is read") if empty
          twice = connection.select_rows(rows.group(columns.map { |name| ::Arel.sql(name) }).having("count(*) > 1").limit(1).to_sql).first
          if twice
            refuse("gives several rows with #{names.zip(twice).map { |name, value| "#{name} #{value}" }.join(", ")}, by which it is read. " \
              "Write: source(cursor: [...]) { ... } with columns that are unique together")
          end
        end
      end

      private

      def given(line, read)
        names = line.cursor || read.by || by_default(read)
        refuse("has no primary key to read along. Write: source ..., cursor: [:a, :b] with unique columns") if names.nil? || names.empty?
        names.map(&:to_s)
      end

      # Columns that complete the order go the way of the last one.
      def directions_of(order, given)
        if order.size > 1 && order.size != given.size
          refuse("is read along #{given.map(&:to_sym).inspect}, and order: has #{order.size} directions, #{order.inspect}. Give one for all, or one for each column.")
        end
        order + [order.last] * (@names.size - order.size)
      end

      # What has changed is found by when it changed.
      def by_default(read)
        return @table.primary_key unless read.kind == :changed

        refuse("has no updated_at, by which read :changed would find what has changed. Write: read :changed, by: [:changed_on, :id]") unless @table.column("updated_at")
        ["updated_at", *@table.primary_key]
      end

      # A cursor that is not unique is completed by the primary key.
      def complete(names)
        return selected(names) unless @source.plain?

        missing = names.find { |name| !@table.column(name) }
        refuse("has no column :#{missing} to read along; it has #{Operations::Spelling.list(@table.column_names)}.") if missing
        names += @table.primary_key - names unless @table.unique?(names)
        refuse("cannot be read by #{names.map(&:to_sym).inspect}, which is not unique there, and it has no primary key to add.") unless @table.unique?(names)
        refuse_nulls(names)
        names
      end

      def selected(names)
        brought = @source.columns.map(&:name)
        missing = names.find { |name| !brought.include?(name) } or return names

        refuse("gives rows without #{missing}, by which it is read; they have #{Operations::Spelling.list(brought)}. Select it as well, or write: " \
          "source(cursor: [...]) { ... } with columns that are unique together")
      end

      def refuse_nulls(names)
        name = names.find { |column| @table.column(column).null && !@table.primary_key.include?(column) }
        return unless name

        refuse("may have NULL in :#{name}, so reading along it would lose rows. Read along another column, or: " \
          "change_column_null :#{@table.name}, :#{name}, false")
      end

      def refuse(text) = raise(ConfigurationError, "#{Flow.label(@flow.class)}: #{@table.name} #{text}")
    end
  end
end
