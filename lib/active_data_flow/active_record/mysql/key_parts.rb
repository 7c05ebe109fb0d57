# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Mysql
      # See {KeyEquality}. A text has the collation of its column, in its indexes as well.
      module KeyParts
        # Of these, values that differ are never equal, once they are what the column holds.
        EXACT = /\A((tiny|small|medium|big)?int|integer|bool(ean)?|bit|decimal|numeric|double( precision)?|date|time|datetime|timestamp|year|uuid|varbinary|
                    (tiny|medium|long)?blob|(tiny|medium|long)?text|varchar)\z/xi
        # Of collations, those that compare bytes, and do not fill the shorter text up with blanks: `_bin` alone does.
        BYTES = /\A(binary|.*(0900|nopad)_bin)\z/i
        private_constant :EXACT, :BYTES

        module_function

        # @param table [Table]
        # @param key [Array<String>]
        # @return [Array<KeyEquality::Part>]
        def of(table, key)
          columns = table.with_connection { |connection| connection.columns(table.name) }.to_h { |column| [column.name, column] }
          key.map { |name| part(columns.fetch(name)) }
        end

        # Nothing is pushed down here, so nobody asks what is compared in the same manner.
        def part(column)
          type = column.sql_type.sub(/\(.*\)/, "").sub(/ unsigned.*/i, "").strip
          exact = EXACT.match?(type) && (column.collation.nil? || BYTES.match?(column.collation))
          KeyEquality::Part.new(name: column.name, say: nil, exact:, manner: nil, narrow: true)
        end
        private_class_method :part
      end
    end
  end
end
