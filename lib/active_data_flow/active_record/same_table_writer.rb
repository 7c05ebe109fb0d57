# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Writes into the table that was read, so that no change of somebody else is lost. Rows that would change are locked in
    # the order of the key and looked at once more: one that is no longer as it was read is not written but {#missed}, to
    # be read again. What no step assigned is not written at all.
    #
    # One object for one batch, around the writer that brings rows into the table.
    class SameTableWriter
      class << self
        # @param batch [Native::Batch]
        # @return [Array<String>] the outputs that are not the columns as they were read
        def assigned(batch)
          read = batch.source_names
          batch.outputs.reject { |name| batch.output(name) == read.index(name) }
        end

        # @param batch [Native::Batch] as it was read
        # @return [Array<String>] a hash of each row
        def hashes(batch)
          bytes = batch.row_hashes(batch.source_names)
          size = bytes.bytesize / batch.size
          Array.new(batch.size) { |row| bytes.byteslice(row * size, size) }
        end
      end

      # @return [Array<Integer>] rows that somebody has changed since they were read; they have left the batch
      attr_reader :missed
      # @return [Integer] rows that are to become what they are; they have left the batch
      attr_reader :equal

      # @param writer [Writer, nil] for the key and what is assigned; nil where nothing is
      # @param source [SourceEnd]
      # @param key [Array<String>]
      # @param batch [Native::Batch]
      # @param seen [Array<String>] {SameTableWriter.hashes} before the steps
      # @param all [Boolean] whether a row is written whatever steps have assigned: it is deleted
      def initialize(writer, source, key, batch, seen, all: false)
        @writer = writer
        @source = source
        @key = key
        @seen = seen
        @all = all
        @places = place(key, batch)
        @assigned = SameTableWriter.assigned(batch)
        @missed = []
        @equal = 0
        @alone = true
      end

      # Rows that are to become what they are stay in the batch: another sink may refuse one.
      # @return [void]
      def beside_others
        @alone = false
      end

      # (see Writer#prepare)
      def prepare(batch) = @writer ? @writer.prepare(batch) : []

      # (see Writer#settle)
      def settle(batch) = @writer&.settle(batch)

      # (see Writer#write)
      def write(connection, batch, first, last, &aside)
        rows = batch.live.select { |row| row.between?(first, last) }
        rows = settle_equal(batch, rows) if @alone && !@all
        return {**Writer::NOTHING, unchanged: rows.size} unless @writer

        leave(batch, changed_since(connection, batch, rows))
        @writer.write(connection, batch, first, last, &aside)
      end

      # @param batch [Native::Batch]
      # @return [Engine::Page, nil] the rows {#missed} as they are now, of those that the source still has
      def read_again(batch) = @source.again(@key, @missed.map { |row| key_of(batch, row) })

      %i[row_error? row_of column_of reason_of].each do |name|
        define_method(name) { |*arguments, &block| @writer.public_send(name, *arguments, &block) }
      end

      # Where nothing is assigned there is no writer to ask.
      def savepoint(connection, &) = @writer ? @writer.savepoint(connection, &) : yield

      private

      # Such a row is neither locked nor written: whoever changes it meanwhile comes after us.
      # @return [Array<Integer>] the others
      def settle_equal(batch, live)
        places = @assigned.zip(place(@assigned, batch))
        equal, rows = live.partition { |row| places.all? { |name, place| place && batch.value(row, name) == batch.cell(row, place) } }
        equal.each { |row| batch.filter(row) }
        @equal += equal.size
        rows
      end

      def leave(batch, rows)
        rows.each { |row| batch.filter(row) }
        @missed.concat(rows)
      end

      def changed_since(connection, batch, rows)
        return [] if rows.empty?

        by_key = rows.to_h { |row| [key_of(batch, row), row] }
        lock(connection, by_key.keys)
        rows - unchanged(by_key)
      end

      def unchanged(by_key)
        now = @source.again(@key, by_key.keys)&.batch or return []
        SameTableWriter.hashes(now).each_with_index.filter_map do |hash, index|
          row = by_key[key_of(now, index)]
          row if row && @seen[row] == hash
        end
      end

      # SQLite has one lock for all; the statement takes it where the commit has not.
      def lock(connection, keys)
        table = @source.table
        column = connection.quote_column_name(@key.first)
        return connection.execute("UPDATE #{table.quoted_name} SET #{column} = #{column} WHERE 1 = 0", "ActiveDataFlow lock") if table.dialect == :sqlite

        rows = table.model.unscoped.where(@source.matching(@key, keys)).order(*@key).lock
        connection.select_rows(rows.select(Arel.sql("1")).to_sql, "ActiveDataFlow lock")
      end

      def key_of(batch, row) = @places.map { |place| batch.cell(row, place) }

      def place(names, batch) = names.map { |name| batch.source_names.index(name) }
    end
  end
end
