# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Constraints that the database would look at with COMMIT, when it is too late to tell whose fault it was: they are asked
    # inside the savepoint (protocols.md P11).
    class Deferred
      # @param table [Table]
      # @return [Deferred, nil] nil where the table has none, which is nearly always
      def self.of(table)
        names = table.with_connection { |connection| names_in(connection, table) }
        new(table, names) if names.any?
      end

      def self.names_in(connection, table)
        case table.dialect
        when :postgresql then connection.select_values("SELECT conname FROM pg_constraint WHERE conrelid = #{connection.quote(table.quoted_name)}::regclass AND condeferred")
        when :sqlite then connection.select_values("SELECT name FROM sqlite_master WHERE name = #{connection.quote(table.name)} AND sql LIKE '%INITIALLY DEFERRED%'")
        else []
        end
      end
      private_class_method :names_in

      # @param table [Table]
      # @param names [Array<String>]
      def initialize(table, names)
        @table = table
        @names = names
      end

      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter] inside the savepoint
      # @raise [::ActiveRecord::StatementInvalid] when a row breaks one
      def check(connection)
        (@table.dialect == :sqlite) ? check_foreign_keys(connection) : check_now(connection)
      end

      private

      # They are deferred again afterwards: the transaction may be the application's.
      def check_now(connection)
        list = @names.map { |name| connection.quote_table_name(name) }.join(", ")
        connection.execute("SET CONSTRAINTS #{list} IMMEDIATE", "ActiveDataFlow")
        connection.execute("SET CONSTRAINTS #{list} DEFERRED", "ActiveDataFlow")
      end

      def check_foreign_keys(connection)
        _table, _row, parent = connection.select_rows("PRAGMA foreign_key_check(#{@table.quoted_name})", "ActiveDataFlow").first
        raise ::ActiveRecord::InvalidForeignKey, "FOREIGN KEY constraint failed: #{@table.name} refers to a row of #{parent} that is not there" if parent
      end
    end
  end
end
