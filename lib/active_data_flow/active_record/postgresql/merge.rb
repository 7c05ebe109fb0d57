# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # The statement that brings a page of rows (a temporary table, or a query) into the sink, and says in one row what
      # became of them: `new`, `updated`, `matched`. A row that would not change is not touched: no lock, no dead tuple.
      class Merge
        # @param target [Target]
        def initialize(target)
          @target = target
        end

        # @param page [String] name of the table or CTE that has the rows, under the sink's column names
        # @param with [String, nil] text of the CTE, without WITH
        # @param extra [Array<String>] further results, as SQL
        # @param mostly_new [Boolean] whether most rows are probably new: one look less then, and right either way
        # @return [String]
        def sql(page, with: nil, extra: [], mostly_new: false)
          parts = parts_for(page, mostly_new)
          "WITH #{[with, *parts.values].compact.join(",\n")}\n" \
            "SELECT #{[*results(parts, page), *extra].join(", ")}"
        end

        private

        attr_reader :target

        def parts_for(page, mostly_new)
          case target.mode
          when :insert then {new: insert(page, nil)}
          when :insert_only then {new: insert(page, "ON CONFLICT (#{target.key_list}) DO NOTHING")}
          when :update_only then {changed: update(page)}
          when :delete then {gone: "gone AS (DELETE FROM #{target.table} s USING #{page} p WHERE #{target.same_key("s", "p")} AND #{bounds(page)} RETURNING 1)"}
          else upsert(page, mostly_new)
          end
        end

        # One look at the sink tells what is new and what differs; the rest is not touched.
        def upsert(page, mostly_new)
          return {both: insert(page, late_conflict, fresh: true)} if mostly_new
          return {both: insert(missing(page), late_conflict, fresh: true)} if target.updated.empty?

          {look: look(page), changed: update("adf_look", "NOT p.adf_fresh AND "), both: insert("adf_look", late_conflict, fresh: true, where: " WHERE p.adf_fresh")}
        end

        def look(page)
          first = target.quote(target.key.take(1)).first
          "adf_look AS MATERIALIZED (SELECT p.*, s.#{first} IS NULL AS adf_fresh FROM #{page} p LEFT JOIN #{target.table} s " \
            "ON #{target.same_key("s", "p")} AND #{bounds(page)} WHERE s.#{first} IS NULL OR #{target.differs("s", "p")})"
        end

        # They let the database read the sink's part by its index, whatever it thinks of a table made just now. Not every type
        # that has an order has a min.
        def bounds(page)
          name = target.key.first
          first = target.quote([name]).first
          order = "SELECT #{first} FROM #{page} ORDER BY #{first}#{target.equality.say(name)}"
          "s.#{first} >= (#{order} LIMIT 1)#{target.equality.say(name)} AND s.#{first} <= (#{order} DESC NULLS LAST LIMIT 1)#{target.equality.say(name)}"
        end

        def results(parts, page)
          new = if parts[:new] then "(SELECT count(*) FROM added)"
          else
            parts[:both] ? "(SELECT count(*) FROM added WHERE fresh)" : "0"
          end
          updated = [("(SELECT count(*) FROM changed)" if parts[:changed]), ("(SELECT count(*) FROM added WHERE NOT fresh)" if parts[:both])].compact
          ["#{new} AS new", "#{updated.empty? ? "0" : updated.join(" + ")} AS updated", "#{matched(page)} AS matched"]
        end

        def matched(page)
          case target.mode
          when :update_only then "(SELECT count(*) FROM #{page} p JOIN #{target.table} s ON #{target.same_key("s", "p")})"
          when :delete then "(SELECT count(*) FROM gone)"
          else "0"
          end
        end

        def insert(page, conflict, fresh: false, where: nil)
          columns = [*target.column_list, *target.created_list].join(", ")
          values = [*target.columns_of("p"), *target.created_values].join(", ")
          "added AS (INSERT INTO #{target.table} (#{columns}) SELECT #{values} FROM #{page} p#{where}#{order} #{conflict} " \
            "RETURNING #{fresh ? "(xmax = 0) AS fresh" : "1"})"
        end

        # Rows without their key get one from the database as they come.
        def order = (target.key && (target.key - target.columns).empty?) ? " ORDER BY #{target.key_of("p")}" : ""

        def missing(page)
          "(SELECT * FROM #{page} q WHERE NOT EXISTS (SELECT 1 FROM #{target.table} s WHERE #{target.same_key("s", "q")}))"
        end

        # Somebody else may have inserted the key since the look.
        def late_conflict
          return "ON CONFLICT (#{target.key_list}) DO NOTHING" if target.updated.empty?

          "ON CONFLICT (#{target.key_list}) DO UPDATE SET #{target.assignments("excluded")} WHERE #{target.differs(target.table, "excluded")}"
        end

        def update(page, where = nil)
          "changed AS (UPDATE #{target.table} s SET #{target.assignments("p")} FROM #{page} p " \
            "WHERE #{where}#{target.same_key("s", "p")} AND #{bounds(page)} AND #{target.differs("s", "p")} RETURNING 1)"
        end
      end
    end
  end
end
