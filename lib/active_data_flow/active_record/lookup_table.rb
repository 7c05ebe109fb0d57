# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The table that a `lookup` takes columns out of, with the default scope of its model.
    class LookupTable
      # So many keys are asked for in one statement: more than a batch has, unless its flow says otherwise.
      KEYS = 10_000
      private_constant :KEYS

      # A column as a statement has it that joins the table.
      #
      # column:: {Column}
      # sql:: String
      # collation:: String, that of the index of a key's column, where texts that differ are never equal by it; nil otherwise
      Joined = Data.define(:column, :sql, :collation) do
        # @return [Array] see Native::Steps
        def to_a = [column.name, sql, column.sql_type, collation]
      end

      # @return [Array<Column>] those of the key, and those that are taken
      attr_reader :columns

      # @param step [Flow::Step]
      # @param premises [Engine::Premises, nil]
      # @raise [ConfigurationError] when `on` is not unique there, or a column is not there, or only its model can read it
      def initialize(step, premises = nil)
        @step = step
        @on, @take, @missing = step.arguments.values_at(:on, :take, :missing)
        @table = Table.find(step.arguments[:name], connection: step.arguments[:connection], premises:)
        check_columns(@on.values | @take.keys)
        check_unique(@on.values)
        @columns = (@on.values | @take.keys).map { |name| @table.column(name) }
        check_readable
      end

      # @return [String]
      def name = @table.name

      # @return [Symbol]
      def dialect = @table.dialect

      # @return [Object] two tables with the same pool can be joined
      def pool = @table.pool

      # @return [Boolean] whether each of its rows is found at most once, whatever else a statement asks of it: the default scope of
      #   its model is a condition, or there is none
      def conditional? = (scope - %i[where order]).empty?

      # @return [Boolean] whether all of its rows are found: its model has no default scope
      def plain? = (scope - [:order]).empty?

      # @param names [Array<String>]
      # @return [Hash{String => String}]
      def types(names) = names.to_h { |name| [name, @table.column(name).sql_type] }

      # @param theirs [Array<String>] columns of the key
      # @param keys [Array<Array>]
      # @param names [Array<String>] columns to bring
      # @yieldparam row [Array]
      def each_row(theirs, keys, names, &block)
        keys.each_slice(KEYS) do |some|
          @table.with_connection do |connection|
            relation = select(@table.model.where(Keys.condition(@table, connection, theirs, some)), names, connection)
            result = connection.uncached { connection.select_all(relation.to_sql, "Lookup") }
            values = result.cast_values
            values = values.zip if names.size == 1
            values.each(&block)
          end
        end
      end

      # @param name [String] of the table in the statement; nobody else there has it
      # @return [Array<Joined>] {#columns}, under names that no other table there has: what the author wrote into a scope may say
      #   a column without its table
      def joined(name)
        @parts ||= KeyEquality.new(@table, @on.values).parts.to_h { |part| [part.name, part] }
        columns.each_with_index.map do |column, number|
          Joined.new(column:, sql: "#{name}.adf_#{number}", collation: @parts[column.name]&.then { |part| part.collation if part.exact })
        end
      end

      # @param name [String] as {#joined}
      # @param attachment [Pushdown::Attachment, nil] of the file that it is in, where that is not the connection's own
      # @return [Array] how the lookup is printed: see Native::Steps
      def printed(name, attachment = nil)
        rows = @table.model.all
        rows = rows.from(attachment.place(@table)) if attachment
        @table.with_connection do |connection|
          rows = select(rows, columns.map(&:name), connection) { |_column, number| " AS adf_#{number}" }
          ["(#{rows.to_sql}) #{name}", @on.to_a, @take.to_a, joined(name).map(&:to_a), @missing]
        end
      end

      private

      # @return [Array<Symbol>] the words that it is made of
      def scope = @table.model.all.values.keys

      def select(relation, names, connection)
        list = names.each_with_index.map do |name, number|
          ::Arel.sql("#{@table.quoted_name}.#{connection.quote_column_name(name)}#{yield(name, number) if block_given?}")
        end
        relation.unscope(:order).reselect(*list)
      end

      def check_columns(names)
        missing = names.reject { |name| @table.column(name) }
        return if missing.empty?

        refuse("#{name} has no column#{"s" unless missing.one?} #{missing.join(", ")}; it has #{Operations::Spelling.list(@table.column_names)}." \
          "#{Operations::Spelling.hint(missing.first, @table.column_names)}")
      end

      def check_unique(names)
        return if @table.unique?(names)

        keys = @table.unique_keys.map { |key| key.map(&:to_sym).inspect }
        refuse("on: leads to #{names.map(&:to_sym).inspect}, which is not unique in #{name}, so a row could be found twice. " \
          "Unique are #{keys.empty? ? "no columns" : keys.join(", ")}.")
      end

      # The database is asked, and its bytes would go on as if they were the value.
      def check_readable
        column = columns.find { |one| ModelColumns.type?(one.type) } or return

        refuse("#{name}.#{column.name} is encrypted or serialized, so only #{@table.model.name} can read it, and a lookup asks the database. " \
          "Ask #{@table.model.name} in a block: transform_batch { |batch| ... }.")
      end

      def refuse(text) = raise(ConfigurationError, "lookup at #{@step.at}: #{text}")
    end

    Flow::Lookup.tables = LookupTable.method(:new)
  end
end

require_relative "lookup_table/keys"
