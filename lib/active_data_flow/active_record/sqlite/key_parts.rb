# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Sqlite
      # See {KeyEquality}.
      module KeyParts
        # Of these, values that differ are never equal, once they are what the column holds: neither its affinity nor its
        # precision makes them so.
        EXACT = /\A((tiny|small|medium|big)?int|integer|int[248]|bool(ean)?|real|float[48]?|double( precision)?|date|time|datetime|timestamp|uuid|blob|(var)?binary|
                    (tiny|medium|long)?text|clob|character( varying)?|n?(var)?char)\z/xi
        private_constant :EXACT

        module_function

        # @param table [Table]
        # @param key [Array<String>]
        # @return [Array<KeyEquality::Part>]
        def of(table, key)
          indexes = UniqueIndexes.of(table)
          own = table.adapter_columns.to_h { |column| [column.name, (column.collation || "BINARY").upcase] }
          index = indexes.select { |collations| collations.keys.sort == key.sort }.max_by { |collations| collations.values.count { |collation| collation != "BINARY" } }
          indexed = index || table.primary_key.sort == key.sort
          key.map { |name| part(table.column(name), own.fetch(name), index ? index.fetch(name).upcase : own.fetch(name), indexed) }
        end

        def part(column, own, collation, indexed)
          type = column.sql_type.to_s.sub(/\(.*\)/, "").strip.downcase
          say = collation unless collation == "BINARY" && own == "BINARY"
          KeyEquality::Part.new(name: column.name, say:, exact: collation == "BINARY" && EXACT.match?(type),
            manner: ("#{type} #{collation}" if indexed), narrow: false)
        end
        private_class_method :part
      end
    end
  end
end
