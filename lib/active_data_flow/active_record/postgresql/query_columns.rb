# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # The columns that a query brings. A name alone says nothing: `sum(net) AS net` is no integer, and its binary form is
      # another. So the database says of each what it is.
      module QueryColumns
        TEXTS = /\A(text|character varying|character|name)\b/
        private_constant :TEXTS

        module_function

        # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
        # @param sql [String] the query
        # @param known [Hash{String => Column}] those of the source's table, by name
        # @return [Array<Column>] of those that are still what the table has under their name the model knows more
        def of(connection, sql, known)
          result = connection.select_all(sql, "ActiveDataFlow columns")
          result.columns.zip(sql_types(connection, sql)).map do |name, sql_type|
            column = known[name]
            next column.with(sql_type:) if column && alike?(column.sql_type, sql_type)

            Column.new(name:, sql_type:, null: true, default: false, type: result.column_types[name] || ::ActiveModel::Type::Value.new)
          end
        end

        def sql_types(connection, sql)
          types = Raw.reading(connection) do |raw|
            result = raw.exec(sql)
            Array.new(result.nfields) { |index| "format_type(#{result.ftype(index)}, #{result.fmod(index)})" }.tap { result.clear }
          end
          connection.select_rows("SELECT #{types.join(", ")}", "ActiveDataFlow columns").first
        end

        # Lengths and digits may differ, as those of max(at) and at do.
        def alike?(one, other) = [one, other].map { |type| type.sub(/\(.*?\)/, "") }.uniq.one? || [one, other].all? { |type| type.match?(TEXTS) && !type.end_with?("[]") }
        private_class_method :sql_types, :alike?
      end
    end
  end
end
