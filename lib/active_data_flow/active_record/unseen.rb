# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The rows of a sink, in a range of the source's cursor, that were not read there: what a mirror deletes. They are looked up
    # and locked, and the source is asked once more whether it has one of them by now: who writes into the source and the sink
    # while a run is at work loses nothing.
    class Unseen
      include Conditions

      # Rows of one statement, and keys that are held at a time.
      ROWS = 1000
      private_constant :ROWS

      # Keys that were read, where rows came through this process.
      #
      # kept:: Array<Array>, of rows that were written, put aside or skipped
      # left_out:: Array<Array>, of rows that were filtered: the sink is not to have them
      Keys = Data.define(:unseen, :kept, :left_out) do
        # @param other [Keys] of the same range
        def +(other) = with(kept: kept + other.kept, left_out: left_out + other.left_out)

        # @return [String, nil] SQL of a condition of the sink's rows; nil: nothing was read
        def missing = kept.any? ? unseen.outside(kept) : nil

        # @param found [Array<Array>] keys of rows that are missing
        # @return [String, nil] the same, as it is now
        def still_missing(found)
          come = unseen.come_since(found, left_out)
          "NOT (#{unseen.matching(unseen.cursor, come)})" if come.any?
        end
      end

      # Keys that the database knows: those of a query of one window, which gives rows as the sink takes them.
      Window = Data.define(:unseen, :sql) do
        # @return [String] as {Keys#missing}
        def missing = "NOT EXISTS (SELECT 1 FROM (#{sql}) adf_seen WHERE #{unseen.same_key("adf_seen")})"

        # @return [String] as {Keys#still_missing}: another statement sees what has come since
        def still_missing(_found) = missing
      end

      # @return [Table] the sink's
      attr_reader :table
      # @return [Array<String>] the sink's columns, in the order of the source's cursor
      attr_reader :cursor
      # @return [Array<Symbol>]
      attr_reader :directions

      # @param sink [SinkEnd]
      # @param source [SourceEnd]
      # @param names [Array<String>] the sink's columns, in the order of the source's cursor
      def initialize(sink, source, names)
        @sink = sink
        @source = source
        @table = sink.table
        @cursor = names
        @directions = source.directions
      end

      # @return [Symbol]
      def dialect = @table.dialect

      # @return [Keys] of a range in which the source has no rows
      def nothing_seen = Keys.new(unseen: self, kept: [], left_out: [])

      # @param batch [Native::Batch] after the steps
      # @return [Keys]
      # @raise [ConfigurationError] where a step has given a row another key
      def keys_of(batch)
        places = @source.cursor.map { |name| batch.source_names.index(name) }
        refuse_other_keys(batch, places)
        rows = (0...batch.size).map { |row| places.map { |place| batch.cell(row, place) } }
        return Keys.new(unseen: self, kept: rows, left_out: []) if batch.counts[:filtered].zero?

        left_out, kept = rows.each_with_index.partition { |_key, row| batch.state(row) == :filtered }
        Keys.new(unseen: self, kept: kept.map(&:first), left_out: left_out.map(&:first))
      end

      # @param sql [String] see {Window}
      # @return [Window]
      def window(sql) = Window.new(unseen: self, sql:)

      # Inside the transaction.
      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
      # @param after [Array, nil] the position behind which the range begins
      # @param upto [Array, nil] the last one of it
      # @param seen [Keys, Window]
      # @yieldparam found [Integer] how many are about to be deleted, before the first one is
      # @return [Integer] how many were
      # @raise [Error] for a row that the database, or its model, does not let go
      def delete(connection, after, upto, seen)
        connection.uncached do # what was true when a batch was tried before, is not any more
          found = find(connection, after, upto, seen)
          yield((found.size < ROWS) ? found.size : count(connection, after, upto, seen.missing)) if found.any?
          deleted = 0
          while found.any?
            deleted += remove(connection, found, seen)
            found = (found.size < ROWS) ? [] : find(connection, found.last, upto, seen)
          end
          deleted
        end
      rescue ::ActiveRecord::ActiveRecordError => error
        refuse_come(error) if Errors.value?(error)
        refuse_needed(error) if Errors.row?(error)
        raise
      end

      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
      # @param after (see #delete)
      # @param upto (see #delete)
      # @param condition [String, nil] SQL
      # @param most [Integer, nil] behind so many rows no more are looked at
      # @return [Integer] rows of the sink in that range
      def count(connection, after, upto, condition = nil, most: nil)
        rows = "FROM #{@table.quoted_name}#{where(after, upto, condition)}"
        rows = "FROM (SELECT 1 #{rows} LIMIT #{most}) some" if most
        connection.select_value("SELECT count(*) #{rows}", "ActiveDataFlow mirror").to_i
      end

      # @param keys [Array<Array>] not empty
      # @return [String] SQL: whether a row of the sink has none of them
      def outside(keys)
        return "NOT (#{matching(cursor, keys)})" unless dialect == :postgresql

        "(#{quoted_cursor.join(", ")}) NOT IN (#{Postgresql::KeyList.sql(@table, cursor, keys)})"
      end

      # @param found [Array<Array>] keys of rows that the source did not have
      # @param left_out [Array<Array>] keys of rows that it has, and that are not to be in the sink
      # @return [Array<Array>] keys of those that it has now
      def come_since(found, left_out) = @source.among(found, but: left_out)

      # @param other [String] a table that has the key under the sink's names
      # @return [String] SQL
      def same_key(other)
        quoted_cursor.zip(@cursor).map { |mine, name| "#{mine} = #{other}.#{quote_name(name)}#{@sink.equality.say(name)}" }.join(" AND ")
      end

      # @return [String] of a column of the sink
      def quoted(name) = "#{@table.quoted_name}.#{quote_name(name)}"

      private

      def quote_name(name) = @table.with_connection { |connection| connection.quote_column_name(name) }

      def where(*bounds, condition)
        parts = %i[after upto].zip(bounds).filter_map { |kind, values| bound(kind, values) if values }
        parts << condition if condition
        parts.any? ? " WHERE #{parts.join(" AND ")}" : ""
      end

      # Along the index, and so that nobody changes them until they are gone. SQLite's transaction has the lock of all.
      def find(connection, after, upto, seen)
        connection.select_rows("SELECT #{quoted_cursor.join(", ")} FROM #{@table.quoted_name}#{where(after, upto, seen.missing)} " \
          "ORDER BY #{order_sql} LIMIT #{ROWS}#{" FOR UPDATE" unless dialect == :sqlite}", "ActiveDataFlow mirror")
      end

      def remove(connection, found, seen)
        condition = [matching(cursor, found), seen.still_missing(found)].compact.join(" AND ")
        return @table.model.unscoped.where(condition).to_a.each(&:destroy!).size if @sink.line.callbacks

        connection.delete("DELETE FROM #{@table.quoted_name} WHERE #{condition}", "ActiveDataFlow mirror")
      end

      # A window is looked at with its steps, of which one cannot take a row that has come meanwhile. Tried again, the window is
      # read row by row, and that one put aside.
      def refuse_come(error)
        raise ::ActiveRecord::SerializationFailure, "a row has come into #{@source.table.name} that its steps cannot take (#{Errors.reason(error)})"
      end

      def refuse_needed(error)
        raise Error, "#{@source.label}: mode :mirror cannot delete a row of #{@table.name} that the source does not have: #{Errors.reason(error)}. " \
          "Nothing of its batch was written. Delete what needs the row first, or use mode :upsert."
      end

      # The steps that are known beforehand leave the key alone; a block may do anything.
      def refuse_other_keys(batch, places)
        @cursor.zip(places, @source.cursor) do |name, place, read|
          next if batch.output(name) == place || batch.output(name).nil?
          next if batch.live.all? { |row| batch.value(row, name) == batch.cell(row, place) }

          raise ConfigurationError, "#{@source.label}: mode :mirror finds what was read by its #{read}, and a block has given a row another #{name}. " \
            "Leave it as it is read, or use mode :upsert."
        end
      end
    end
  end
end
