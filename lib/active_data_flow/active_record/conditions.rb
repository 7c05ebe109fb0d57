# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The SQL of a source's places: its order, what lies behind a position, and the rows with some keys. Included where there
    # are `table`, `cursor`, `directions`, `dialect` and `quoted`.
    module Conditions
      # @param backwards [Boolean]
      # @return [String] SQL: the order along the cursor
      def order_sql(backwards: false) = (backwards ? keyset_of(reversed) : keyset).order

      # @param kind [Symbol] :after or :upto
      # @param values [Array] of the cursor's columns
      # @return [String] SQL of a condition over them
      def bound(kind, values)
        text, parts = (kind == :after) ? keyset.predicate(1, []) : keyset.upper(1, [])
        fill(text, parts.map { |part| quote(values[part]) })
      end

      # @param key [Array<String>] columns
      # @param values [Array<Array>] of each row
      # @return [String] SQL of a condition
      def matching(key, values)
        names = key.map { |name| quoted(name) }
        rows = values.map { |row| row.map { |value| quote(value) }.join(", ") }
        return "#{names.first} IN (#{rows.join(", ")})" if names.one?

        "(#{names.join(", ")}) IN (#{"VALUES " if dialect == :sqlite}#{rows.map { |row| "(#{row})" }.join(", ")})"
      end

      # @return [Array<String>]
      def quoted_cursor = @quoted_cursor ||= cursor.map { |name| quoted(name) }

      private

      def keyset
        @keyset ||= keyset_of(directions)
      end

      def reversed = directions.map { |one| (one == :asc) ? :desc : :asc }

      def keyset_of(directions)
        Native::Keyset.new(core_dialect, quoted_cursor, directions, cursor.map { false })
      end

      # What is no database of ours is read with the plainest SQL there is.
      def core_dialect = (dialect == :other) ? "mysql" : dialect.to_s

      def quote(value) = value.is_a?(Integer) ? value.to_s : table.with_connection { |connection| connection.quote(value) }

      # The keyset's places are $1, $2, ..., each as often as it is needed, or ? in the order of its binds.
      def fill(text, literals)
        places = literals.each
        text.gsub(/\$\d+|\?/) { |place| place.start_with?("$") ? literals.fetch(place.delete_prefix("$").to_i - 1) : places.next }
      end
    end
  end
end
