# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The table that a `lookup` takes columns out of, with the default scope of its model.
    class LookupTable
      # So many keys are asked for in one statement; those of several columns become a longer condition.
      KEYS = 500
      WIDE_KEYS = 100

      # @param step [Flow::Step]
      # @raise [ConfigurationError] when `on` is not unique there, or a column is not there
      def initialize(step)
        arguments = step.arguments
        @step = step
        @table = Table.find(arguments[:name], connection: arguments[:connection])
        check_columns(arguments[:on].values | arguments[:take].keys)
        check_unique(arguments[:on].values)
      end

      # @return [String]
      def name = @table.name

      # @return [Symbol]
      def dialect = @table.dialect

      # @return [Object] two tables with the same pool can be joined
      def pool = @table.pool

      # @param names [Array<String>]
      # @return [Hash{String => String}]
      def types(names) = names.to_h { |name| [name, @table.column(name).sql_type] }

      # @param theirs [Array<String>] columns of the key
      # @param keys [Array<Array>]
      # @param names [Array<String>] columns to bring
      # @yieldparam row [Array]
      def each_row(theirs, keys, names, &block)
        keys.each_slice((theirs.size == 1) ? KEYS : WIDE_KEYS) do |some|
          relation = @table.model.where(condition(theirs, some))
          @table.with_connection do |connection|
            result = connection.uncached { connection.select_all(select(relation, names, connection).to_sql, "Lookup") }
            values = result.cast_values
            values = values.zip if names.size == 1
            values.each(&block)
          end
        end
      end

      # @return [Array] how the lookup is printed: see Native::Steps
      def printed
        arguments = @step.arguments
        @table.with_connection do |connection|
          columns = (arguments[:on].values | arguments[:take].keys).map do |name|
            [name, connection.quote_column_name(name), @table.column(name).sql_type]
          end
          relation = select(@table.model.all, columns.map(&:first), connection)
          ["(#{relation.to_sql})", arguments[:on].to_a, arguments[:take].to_a, columns, arguments[:missing]]
        end
      end

      private

      def select(relation, names, connection)
        relation.unscope(:order).reselect(*names.map { |name| Arel.sql("#{@table.quoted_name}.#{connection.quote_column_name(name)}") })
      end

      # The types of the model make values of the keys, so that a text in the place of a number finds nothing.
      def condition(theirs, keys)
        return {theirs.first => keys.map(&:first)} if theirs.size == 1

        keys.map { |key| condition_of(theirs, key) }.reduce(:or)
      end

      def condition_of(theirs, key)
        model = @table.model
        parts = theirs.each_with_index.map do |name, place|
          model.arel_table[name].eq(model.predicate_builder.build_bind_attribute(name, key[place]))
        end
        parts.reduce(:and)
      end

      def check_columns(names)
        missing = names.reject { |name| @table.column(name) }
        return if missing.empty?

        refuse("#{name} has no columns #{missing.join(", ")}; it has #{Operations::Spelling.list(@table.column_names)}." \
          "#{Operations::Spelling.hint(missing.first, @table.column_names)}")
      end

      def check_unique(names)
        return if @table.unique?(names)

        keys = @table.unique_keys.map { |key| key.map(&:to_sym).inspect }
        refuse("on: leads to #{names.map(&:to_sym).inspect}, which is not unique in #{name}, so a row could be found twice. " \
          "Unique are #{keys.empty? ? "no columns" : keys.join(", ")}.")
      end

      def refuse(text) = raise(ConfigurationError, "lookup at #{@step.at}: #{text}")
    end

    Flow::Lookup.tables = LookupTable.method(:new)
  end
end
