# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Mysql
      # Brings batches into the sink as multi-row statements: into a temporary table of the sink's own types and collations,
      # and from there by statements that look before they write. (`INSERT .. ON DUPLICATE KEY UPDATE` would change the row
      # of any unique key, `INSERT IGNORE` would bend values.) Each of them is understood by MariaDB and MySQL alike.
      class TableWriter < Writer
        # Rows of one statement, and bytes: a server refuses a longer one (max_allowed_packet).
        ROWS = 1000
        BYTES = 2 * 1024 * 1024
        # What cannot be in an index as a whole.
        LONG = /text|blob|json/i
        private_constant :ROWS, :BYTES, :LONG

        # (see Writer#initialize)
        def initialize(target)
          super
          @name = "adf_#{SecureRandom.hex(6)}"
        end

        # (see Writer#write)
        def write(connection, batch, first, last)
          rows = live_rows(batch, first, last)
          return NOTHING if rows.empty?

          in_table(connection) do
            rows.each_slice(ROWS) { |some| fill(connection, batch, some) }
            counts(rows.size, **merge(connection))
          end
        end

        private

        # It is not made and removed by a transaction, and ends with its session. An error leaves it behind.
        def in_table(connection)
          connection.execute("DROP TEMPORARY TABLE IF EXISTS #{@name}", "ActiveDataFlow") if @left
          @left = true
          connection.execute("CREATE TEMPORARY TABLE #{@name} (adf_row INT NOT NULL AUTO_INCREMENT PRIMARY KEY#{key_index}) " \
            "AS SELECT #{list} FROM #{@target.table} LIMIT 0", "ActiveDataFlow")
          yield.tap do
            connection.execute("DROP TEMPORARY TABLE #{@name}", "ActiveDataFlow")
            @left = false
          end
        end

        # Keys that only the collation takes for the same meet here, and their rows are written one after the other.
        def key_index
          return if @target.key.nil? || @target.mode == :insert || @target.key.any? { |name| @target.sink.table.column(name).sql_type.match?(LONG) }

          ", UNIQUE KEY adf_key (#{@target.key_list})"
        end

        def fill(connection, batch, rows)
          values = batch.values_sql(@dialect, @columns, rows.first, rows.last)
          return rows.each_slice((rows.size + 1) / 2) { |half| fill(connection, batch, half) } if values.bytesize > BYTES && rows.size > 1

          connection.update("INSERT INTO #{@name} (#{list}) VALUES #{values}", "ActiveDataFlow")
        end

        # @return [Hash] as {Writer#counts} takes it
        def merge(connection)
          return {new: 0, updated: 0, matched: connection.delete(delete, "ActiveDataFlow")} if @target.mode == :delete

          matched = matched(connection) if @target.mode == :update_only
          updated = (%i[upsert update_only].include?(@target.mode) && @target.updated.any?) ? connection.update(update, "ActiveDataFlow") : 0
          new = (@target.mode == :update_only) ? 0 : connection.update(insert, "ActiveDataFlow")
          {new:, updated:, matched:}
        end

        # Its locks are those of the rows that are written.
        def matched(connection)
          connection.select_value("SELECT count(*) FROM #{@name} p JOIN #{@target.table} s ON #{@target.same_key("s", "p")} FOR UPDATE", "ActiveDataFlow").to_i
        end

        # The clients that ActiveRecord uses are told how many rows were found, and all of these change.
        def update
          "UPDATE #{@target.table} s JOIN #{@name} p ON #{@target.same_key("s", "p")} SET #{@target.assignments("p", to: "s.")} " \
            "WHERE #{@target.differs("s", "p")}"
        end

        def insert
          names = [*@target.column_list, *@target.created_list].join(", ")
          own = @target.created_values.map { |value| ", #{value}" }.join
          "INSERT INTO #{@target.table} (#{names}) SELECT #{@target.columns_of("p").join(", ")}#{own} FROM #{@name} p#{missing} ORDER BY p.adf_row"
        end

        def delete = "DELETE s FROM #{@target.table} s JOIN #{@name} p ON #{@target.same_key("s", "p")}"

        def missing
          return if @target.mode == :insert

          " LEFT JOIN #{@target.table} s ON #{@target.same_key("s", "p")} WHERE s.#{@target.quote(@target.key).first} IS NULL"
        end

        def list = @target.column_list.join(", ")
      end
    end
  end
end
