# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Many keys as the rows of one array for each column: read in a moment, where as many literals would be parsed one by one. Such
      # a list is hashed, whatever the server thinks of its length.
      module KeyList
        module_function

        # @param table [Table] whose columns they are
        # @param names [Array<String>]
        # @param keys [Array<Array>] none of them empty
        # @return [String] SQL of a query
        def sql(table, names, keys)
          table.with_connection do |connection|
            lists = keys.transpose.zip(names).map { |values, name| "#{list(connection, values)}::#{type(table.column(name).sql_type)}[]" }
            "SELECT * FROM unnest(#{lists.join(", ")})"
          end
        end

        def list(connection, values)
          texts = values.map { |value| value.is_a?(String) ? value : connection.type_cast(value).to_s }
          connection.quote(::PG::TextEncoder::Array.new.encode(texts))
        end

        # Wide enough for what a source may have and this table cannot hold.
        def type(sql_type)
          case sql_type
          when /int/ then "bigint"
          when /char|text/ then "text"
          else sql_type
          end
        end
        private_class_method :list, :type
      end
    end
  end
end
