# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # SQLite has no statement that writes and tells what it did with each row. Where the sink sorts its key as the source does,
      # one statement writes, and what of it is new is how many rows more the key's range has. Elsewhere, and as long as most rows
      # are new, one inserts what is not there, one updates what differs; in its one transaction nobody comes between.
      class OnSqlite < Statements
        # A sink with so many times the rows of a window in that range is not counted.
        ROOM = 2
        # A trigger, and what a table does about conflicts of its own accord, bring or take rows that are not the statement's.
        # LIKE, since names have no case there; where it finds another table's as well, this one is written by two statements.
        OWN_WILL = "SELECT count(*) FROM (SELECT type, tbl_name, sql FROM sqlite_master UNION ALL SELECT type, tbl_name, sql FROM sqlite_temp_master) some " \
          "WHERE tbl_name LIKE %<table>s AND (type = 'trigger' OR sql LIKE '%%ON%%CONFLICT%%')"
        private_constant :ROOM, :OWN_WILL

        def initialize(path)
          super
          @guard = Guard.sql(path)
          @ranges = MirrorCheck.ranges(path.plan) if @target.mode == :upsert && @target.updated.any? && countable?
          @mostly_new = true
        end

        # (see Statements#run)
        def run(connection, after, upto)
          return all(connection, after, upto) if @target.mode == :insert && !@path.filters?

          page = page_sql(after, upto)
          read = window_count(connection, after, upto)
          selected = @path.filters? ? connection.select_value("SELECT count(*) FROM (#{page})", "ActiveDataFlow window").to_i : read
          guarded = page_sql(after, upto, guard: @guard)
          return deleted(connection, guarded, read:, selected:) if @target.mode == :delete

          written = (at_once(connection, guarded, after, upto, read) unless @mostly_new) || one_by_one(connection, page, guarded, selected)
          @mostly_new = written[:new] > selected / 2
          counters(read:, selected:, **written)
        end

        private

        # Beside a table of that name there is no `excluded`.
        def countable?
          table = @path.sink.table
          name = table.name.split(".").last
          return false if name.casecmp?("excluded")

          table.remembered(:own_will) do
            table.with_connection { |connection| connection.select_value(format(OWN_WILL, table: connection.quote(name)), "SCHEMA").zero? }
          end
        end

        # What was read is what was written, or the statement has failed.
        def all(connection, after, upto)
          new = connection.update(insert(page_sql(after, upto, guard: @guard)), "ActiveDataFlow pushdown")
          counters(read: new, selected: new, new:, updated: 0)
        end

        def deleted(connection, page, **known)
          counters(**known, new: 0, updated: 0, matched: connection.delete(@target.delete("(#{page})"), "ActiveDataFlow pushdown"))
        end

        def at_once(connection, page, after, upto, read)
          before = @ranges&.count(connection, after, upto, most: ROOM * read + 1)
          return if before.nil? || before > ROOM * read

          written = connection.update(upsert(page), "ActiveDataFlow pushdown")
          return {new: written, updated: 0} if before.zero? || written.zero?

          new = (@ranges.count(connection, after, upto) - before).clamp(0, written)
          {new:, updated: written - new}
        end

        def one_by_one(connection, page, guarded, selected)
          page = guarded if @target.mode == :update_only
          new = (@target.mode == :update_only) ? 0 : connection.update(insert(guarded), "ActiveDataFlow pushdown")
          updated = updates?(new, selected) ? connection.update(update(page), "ActiveDataFlow pushdown") : 0
          {new:, updated:, matched: matched(connection, page)}
        end

        def updates?(new, selected) = %i[upsert update_only].include?(@target.mode) && new < selected && @target.updated.any?

        def upsert(page)
          "#{insert(page, otherwise: "UPDATE SET #{@target.assignments("excluded")}")} WHERE #{@target.differs(@target.table, "excluded")}"
        end

        def insert(page, otherwise: "NOTHING")
          names = [*@target.column_list, *@target.created_list].join(", ")
          own = @target.created_values.map { |value| ", #{value}" }.join
          conflict = (@target.mode == :insert) ? "" : " ON CONFLICT (#{@target.key_list}) DO #{otherwise}"
          "INSERT INTO #{@target.table} (#{names}) SELECT adf_page.*#{own} FROM (#{page}) adf_page WHERE 1#{conflict}"
        end

        def update(page)
          "UPDATE #{@target.table} SET #{@target.assignments("adf_page")} FROM (#{page}) adf_page " \
            "WHERE #{@target.same_key(@target.table, "adf_page")} AND (#{@target.differs(@target.table, "adf_page")})"
        end

        def matched(connection, page)
          return unless @target.mode == :update_only

          connection.select_value("SELECT count(*) FROM (#{page}) adf_page JOIN #{@target.table} s ON #{@target.same_key("s", "adf_page")}", "ActiveDataFlow").to_i
        end
      end
    end
  end
end
