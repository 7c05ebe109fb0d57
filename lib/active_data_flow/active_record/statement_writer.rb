# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Brings batches into the sink as multi-row statements, for databases and connections that have no faster door.
    class StatementWriter < Writer
      # Rows of one statement: the text stays far below what databases accept.
      ROWS = 500
      private_constant :ROWS

      # (see Writer#write)
      def write(connection, batch, first, last)
        parts = live_rows(batch, first, last).each_slice(ROWS)
        parts.reduce(NOTHING) do |sum, rows|
          sum.merge(part(connection, batch, rows)) { |_name, count, more| count + more }
        end
      end

      private

      def part(connection, batch, rows)
        values = batch.values_sql(@dialect, @columns, rows.first, rows.last)
        return counts(rows.size, new: 0, updated: 0, matched: delete(connection, values)) if @target.mode == :delete

        known = @target.key ? known_keys(connection, values) : 0
        touched = (@target.mode == :update_only) ? update(connection, values) : insert(connection, values)
        new = (@target.mode == :update_only) ? 0 : rows.size - known
        new = touched if @target.mode == :insert_only
        counts(rows.size, new:, updated: touched - new, matched: known)
      end

      # The transaction has the database's write lock (SQLite), so nobody comes between the look and the write.
      def known_keys(connection, values)
        connection.select_value("WITH p (#{list}) AS (VALUES #{values}) SELECT count(*) FROM p WHERE EXISTS " \
          "(SELECT 1 FROM #{@target.table} s WHERE #{@target.same_key("s", "p")})", "ActiveDataFlow").to_i
      end

      def insert(connection, values)
        names = [*@target.column_list, *@target.created_list]
        own = @target.created_values.map { |value| ", #{value}" }.join
        connection.update("WITH p (#{list}) AS (VALUES #{values}) INSERT INTO #{@target.table} (#{names.join(", ")}) " \
          "SELECT #{list}#{own} FROM p WHERE 1#{conflict}", "ActiveDataFlow")
      end

      def conflict
        return "" if @target.mode == :insert
        return " ON CONFLICT (#{@target.key_list}) DO NOTHING" if @target.mode == :insert_only || @target.updated.empty?

        " ON CONFLICT (#{@target.key_list}) DO UPDATE SET #{@target.assignments("excluded")} WHERE #{@target.differs(@target.table, "excluded")}"
      end

      def update(connection, values)
        connection.update("WITH p (#{list}) AS (VALUES #{values}) UPDATE #{@target.table} SET #{@target.assignments("p")} FROM p " \
          "WHERE #{@target.same_key(@target.table, "p")} AND (#{@target.differs(@target.table, "p")})", "ActiveDataFlow")
      end

      def delete(connection, values)
        connection.delete("WITH p (#{list}) AS (VALUES #{values}) #{@target.delete("p")}", "ActiveDataFlow")
      end

      def list = @target.column_list.join(", ")
    end
  end
end
