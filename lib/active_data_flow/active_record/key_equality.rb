# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # By which equality the database finds a row again: that of the key's types, under the collations of its unique index.
    # Where that is not the equality of bytes, the database itself says which rows of a batch have one key.
    class KeyEquality
      # One column of the key.
      #
      # name:: String
      # say:: String, the collation that a comparison has to name, quoted; nil where the column's own is the index's
      # exact:: whether values that differ are never equal
      # manner:: String, the same for columns that are compared in the same way; nil without a unique index on just the key
      # narrow:: whether the type rounds or cuts what it stores
      # collation:: String, that of the index, quoted; nil where the database has none for the type, or does not say it so
      Part = Data.define(:name, :say, :exact, :manner, :narrow, :collation) do
        def initialize(collation: nil, **) = super

        # @param other [Part] of a source that is unique by it
        # @return [Boolean] whether values that differ there also differ here
        def keeps_apart?(other) = (exact && !narrow) || (!manner.nil? && manner == other.manner)
      end

      # Rows of one INSERT: the text stays far below what databases accept.
      ROWS = 500
      # By what the rows of a table are told apart, in the order in which they came; where a database has nothing of its own, a
      # column has it.
      PLACE = {postgresql: "ctid", sqlite: "rowid", mysql: "adf_place"}.freeze
      NUMBER = {mysql: " (adf_place INT NOT NULL AUTO_INCREMENT PRIMARY KEY)"}.freeze
      private_constant :ROWS, :PLACE, :NUMBER

      # @return [Array<Part>]
      attr_reader :parts

      # @param table [Table]
      # @param key [Array<String>]
      def initialize(table, key)
        @table = table
        @parts = {postgresql: Postgresql, sqlite: Sqlite, mysql: Mysql}.fetch(table.dialect)::KeyParts.of(table, key)
        @say = @parts.to_h { |part| [part.name, part.say ? " COLLATE #{part.say}" : ""] }
      end

      # @return [Boolean] whether the core can tell which keys are the same
      def exact? = @parts.all?(&:exact)

      # @param source [KeyEquality] of as many columns, unique there
      # @return [Boolean] whether rows that are apart there are apart here
      def keeps_apart?(source) = @parts.zip(source.parts).all? { |ours, theirs| ours.keeps_apart?(theirs) }

      # @param name [String] a column of the key
      # @return [String] SQL behind an operand, empty where nothing needs to be said
      def say(name) = @say.fetch(name)

      # @param table [String] quoted
      # @param batch [Native::Batch] whose values are what the columns hold
      # @param row [Integer] a live one
      # @return [String] SQL: whether a row of the table has this one's key
      def is(table, batch, row)
        @table.with_connection do |connection|
          types.zip(quoted(connection)).map do |(name, type), column|
            value = batch.values_sql(@table.dialect.to_s, [[name, type]], row, row)
            "#{table}.#{column} = #{postgresql? ? "CAST(#{value} AS #{type})" : value}#{say(name)}"
          end.join(" AND ")
        end
      end

      # @param batch [Native::Batch] whose values are what the columns hold
      # @return [Array<Integer>] live rows with the key of a later one
      def doubled(batch)
        @table.with_connection do |connection|
          in_savepoint(connection) do
            name = "adf_#{SecureRandom.hex(6)}"
            connection.execute("CREATE TEMPORARY TABLE #{name}#{NUMBER[@table.dialect]} AS SELECT #{list(connection)} FROM #{@table.quoted_name} WHERE 1 = 0", "ActiveDataFlow keys")
            rows = batch.live.each_slice(ROWS).flat_map { |some| fill(connection, name, batch, some) }
            places = connection.select_values(doubled_sql(connection, name), "ActiveDataFlow keys").map { |place| rows.fetch(place.to_i - 1) }
            connection.execute("DROP #{"TEMPORARY " if mysql?}TABLE #{name}", "ActiveDataFlow keys") # without that word MySQL would commit
            places
          end
        end
      end

      private

      # SQLite would take the lock of all for a transaction; neither it nor MySQL has errors that end one here.
      def in_savepoint(connection, &) = postgresql? ? connection.transaction(requires_new: true, &) : yield

      def postgresql? = @table.dialect == :postgresql

      def mysql? = @table.dialect == :mysql

      def quoted(connection) = @parts.map { |part| connection.quote_column_name(part.name) }

      def list(connection) = quoted(connection).join(", ")

      # @return [Array<Integer>] the rows that are there now: one whose key the database cannot read is put aside when it is written
      def fill(connection, name, batch, rows)
        in_savepoint(connection) do
          connection.execute("INSERT INTO #{name} (#{list(connection)}) VALUES #{batch.values_sql(@table.dialect.to_s, types, rows.first, rows.last)}", "ActiveDataFlow keys")
        end
        rows
      rescue ::ActiveRecord::StatementInvalid => error
        raise unless Errors.row?(error)

        rows.one? ? [] : rows.each_slice((rows.size / 2.0).ceil).flat_map { |half| fill(connection, name, batch, half) }
      end

      def types = @types ||= @parts.map { |part| [part.name, @table.column(part.name).sql_type] }

      # A key with a NULL in it is like no other.
      def doubled_sql(connection, name)
        keys = quoted(connection)
        place = PLACE.fetch(@table.dialect)
        said = keys.zip(@parts).map { |key, part| "#{key}#{say(part.name)}" }
        "SELECT place FROM (SELECT row_number() OVER (ORDER BY #{place}) AS place, row_number() OVER (PARTITION BY #{said.join(", ")} ORDER BY #{place} DESC) AS turn, " \
          "#{keys.map { |key| "#{key} IS NOT NULL" }.join(" AND ")} AS whole FROM #{name}) q WHERE turn > 1 AND whole"
      end
    end
  end
end
