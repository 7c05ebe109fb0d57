# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # See {KeyEquality}. A unique index may compare by another collation than its column, and so does whoever leans on it.
      module KeyParts
        # Of these, values that differ are never equal, once they are what the column holds.
        EXACT = %w[bool int2 int4 int8 uuid date time timestamp timestamptz bytea numeric float8 text varchar name].freeze
        private_constant :EXACT

        module_function

        # @param table [Table]
        # @param key [Array<String>]
        # @return [Array<KeyEquality::Part>]
        def of(table, key)
          facts = table.remembered([:key_parts, key]) do
            table.with_connection { |connection| connection.select_all(sql(connection, table, key), "ActiveDataFlow keys").to_a }
          end
          indexes = facts.select { |fact| fact["index"] }.group_by { |fact| fact["index"] }.values
          whole = indexes.select { |parts| parts.map { |fact| fact["name"] }.sort == key.sort }
          chosen = whole.max_by { |parts| parts.count { |fact| !fact["deterministic"] } } || facts
          key.map { |name| part(table.column(name), chosen.find { |fact| fact["name"] == name }, whole.any?) }
        end

        def part(column, fact, indexed)
          say = fact["collation"] if indexed && fact["differs"]
          KeyEquality::Part.new(name: column.name, say:, exact: EXACT.include?(fact["type"]) && fact["deterministic"],
            manner: ("#{column.sql_type} #{fact["collation"]}" if indexed), narrow: column.sql_type.include?("("), collation: fact["collation"])
        end

        def sql(connection, table, key)
          format(FACTS, table: connection.quote(table.quoted_name), names: key.map { |name| connection.quote(name) }.join(", "))
        end
        private_class_method :part, :sql

        # Each column of the key, once for each unique index over all rows that has it; without an index once.
        FACTS = <<~SQL
          SELECT a.attname AS name, i.indexrelid AS index, coalesce(b.typname, t.typname) AS type,
            CASE WHEN c.oid IS NOT NULL THEN quote_ident(n.nspname) || '.' || quote_ident(c.collname) END AS collation,
            c.oid IS DISTINCT FROM nullif(a.attcollation, 0) AS differs, coalesce(c.collisdeterministic, TRUE) AS deterministic
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
          LEFT JOIN (pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indcollation::oid[]) WITH ORDINALITY AS k(attnum, coll, place))
            ON i.indrelid = a.attrelid AND k.attnum = a.attnum AND k.place <= i.indnkeyatts AND i.indisunique AND i.indisvalid
            AND i.indpred IS NULL AND i.indexprs IS NULL
          LEFT JOIN pg_collation c ON c.oid = coalesce(nullif(k.coll, 0), nullif(a.attcollation, 0)) LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
          WHERE a.attrelid = %<table>s::regclass AND a.attname IN (%<names>s)
        SQL
        private_constant :FACTS
      end
    end
  end
end
