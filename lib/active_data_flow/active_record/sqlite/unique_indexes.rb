# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Sqlite
      # What is unique in a table, and by which collations. ActiveRecord does not show the indexes that SQLite makes by
      # itself, for PRIMARY KEY and UNIQUE inside of CREATE TABLE.
      module UniqueIndexes
        module_function

        # @param table [Table]
        # @return [Array<Hash{String => String}>] columns and their collations, of each unique index over all rows
        def of(table) = table.remembered(:unique_indexes) { table.with_connection { |connection| ask(connection, table.name) } }

        def ask(connection, table)
          indexes = connection.select_rows("PRAGMA index_list(#{connection.quote_table_name(table)})", "SCHEMA")
          whole = indexes.select { |_place, _name, unique, _origin, partial| unique == 1 && partial == 0 }
          whole.filter_map { |_place, name| columns(connection, name) }
        end

        # @return [Hash, nil] nil for an index over expressions
        def columns(connection, index)
          parts = connection.select_rows("PRAGMA index_xinfo(#{connection.quote_table_name(index)})", "SCHEMA").select { |*, key| key == 1 }
          parts.to_h { |_place, _number, name, _descending, collation| [name, collation] } unless parts.any? { |_place, _number, name| name.nil? }
        end
        private_class_method :ask, :columns
      end
    end
  end
end
