# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class LookupTable
      # The keys of a batch as one condition, however many there are.
      module Keys
        # Whose list of rows is a list, and not a table.
        LISTS = %i[mysql other].freeze
        private_constant :LISTS

        module_function

        # The types of the model make values of the keys, so that a text in the place of a number finds nothing.
        # @param table [Table]
        # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
        # @param names [Array<String>] columns of the key
        # @param keys [Array<Array>]
        # @return [Hash, String] what `where` takes
        def condition(table, connection, names, keys)
          return {names.first => keys.map(&:first)} if names.one?

          types = names.map { |name| table.model.type_for_attribute(name) }
          rows = keys.select { |key| types.zip(key).all? { |type, value| type.serializable?(value) } }
          rows = rows.map { |key| types.zip(key).map { |type, value| connection.quote(type.serialize(value)) } }
          return "1 = 0" if rows.empty?

          rows[0] = typed(table, names, rows.first) if table.dialect == :postgresql
          columns = names.map { |name| "#{table.quoted_name}.#{connection.quote_column_name(name)}" }
          list = rows.map { |row| "(#{row.join(", ")})" }.join(", ")
          "(#{columns.join(", ")}) IN (#{"VALUES " unless LISTS.include?(table.dialect)}#{list})"
        end

        # The first row of a list says which types all of it has.
        def typed(table, names, row) = names.zip(row).map { |name, value| "CAST(#{value} AS #{table.column(name).sql_type})" }
        private_class_method :typed
      end
    end
  end
end
