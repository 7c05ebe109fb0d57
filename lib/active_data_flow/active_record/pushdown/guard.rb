# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # Rows that would be put aside if they came through this process, told in the database's own words: a window that has
      # one is given up, and its rows are looked at.
      #
      # SQLite types values, not columns, so a number's column may hold a text. What a page costs there is reading columns,
      # so each is compared at most once or twice: texts and bytes come behind all numbers. Only numbers are looked at; what
      # else a text column may hold costs more to find than the page.
      module Guard
        ODD = {
          /\A((tiny|small|medium|big)?int|integer|int[248])\b(?!\(1\))/ => "(%<column>s | 0) <> %<column>s",
          /\A(bool(ean)?\b|tinyint\(1\))/ => "(%<column>s & 1) <> %<column>s",
          /\A(real|float[48]?|double)\b/ => "%<column>s > 9e999",
          /\A(numeric|decimal|dec)\b/ => "%<column>s NOT BETWEEN -%<most>s AND %<most>s"
        }.freeze
        private_constant :ODD

        module_function

        # @param path [Pushdown]
        # @return [String, nil] SQL of a condition that is true, or ends SQLite's statement (integer overflow); nil where
        #   nothing can be odd
        def sql(path)
          names = path.names.select { |name| path.as_it_is(name) }
          odd = names.filter_map { |name| odd(name, path) }
          odd << nameless(path)
          return if odd.compact.empty?

          "CASE WHEN #{odd.compact.join(" OR ")} THEN abs((typeof(#{path.query[:columns][names.first]}) IS NULL) - 9223372036854775807 - 1) ELSE 1 END"
        end

        # @param path [Pushdown]
        # @return [String, nil] SQL: whether a part of the key is NULL, which no later run would find again
        def nameless(path)
          return if path.sink.key.nil? || path.target.mode == :insert

          loose = path.sink.key.select { |name| path.untouched(name).null && path.sink.table.column(name).null }
          loose.map { |name| "#{path.source.quoted(path.untouched(name).name)} IS NULL" }.join(" OR ") if loose.any?
        end

        def odd(name, path)
          type = path.as_it_is(name).sql_type.to_s.downcase
          return if type == "integer" && path.source.table.primary_key == [path.untouched(name)&.name] # the rowid

          _, test = ODD.find { |kinds, _| kinds.match?(type) }
          format(test, column: path.query[:columns][name], most: most(type)) if test
        end

        # @return [String] the largest number of so many digits
        def most(type)
          precision, scale = type.scan(/\d+/).map(&:to_i)
          precision ? "#{"9" * (precision - scale.to_i)}.#{"9" * scale.to_i}" : "9e999"
        end
        private_class_method :odd, :most
      end
    end
  end
end
