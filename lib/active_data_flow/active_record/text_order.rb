# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # By what a column of texts is sorted. Two columns that are sorted by their bytes are sorted alike wherever they are; what a
    # collation does is only known of one and the same database.
    module TextOrder
      BYTES = "bytes"
      # On PostgreSQL the collation that a column without one has is its database's; older servers have no provider.
      DEFAULT = "SELECT datcollate, to_jsonb(d) ->> 'datlocprovider' FROM pg_database d WHERE datname = current_database()"
      POSTGRESQL = %w[C POSIX ucs_basic pg_c_utf8].freeze
      MYSQL = /\A(binary|.*(0900|nopad)_bin)\z/i # the other `_bin` ones fill the shorter text up with blanks
      private_constant :DEFAULT, :POSTGRESQL, :MYSQL

      module_function

      # @param table [Table]
      # @param name [String] of a column of texts
      # @return [String] {BYTES}, or the name of a collation
      def of(table, name)
        collation = table.adapter_columns.find { |column| column.name == name }&.collation
        case table.dialect
        when :postgresql then collation ? named(collation, POSTGRESQL.include?(collation)) : default(table)
        when :sqlite then on_sqlite(table, name, collation)
        else named(collation.to_s, MYSQL.match?(collation.to_s))
        end
      end

      def named(collation, bytes) = bytes ? BYTES : collation

      # ActiveRecord sees a collation only where the statement that made the table has it in quotes. The column's index has it too.
      def on_sqlite(table, name, collation)
        known = [collation, *Sqlite::UniqueIndexes.of(table).map { |collations| collations[name] }].compact.map(&:upcase) - ["BINARY"]
        named(known.first, known.empty?)
      end

      def default(table)
        collation, provider = table.remembered(:text_order) { table.with_connection { |connection| connection.select_rows(DEFAULT, "ActiveDataFlow keys").first } }
        return BYTES if provider == "b" # the server's own: by code points

        named("default (#{collation})", provider != "i" && %w[C POSIX].include?(collation))
      end
      private_class_method :named, :on_sqlite, :default
    end
  end
end
