# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # A relation as it is read: page by page, by the order of the cursor.
    module SourceQuery
      # What makes more of a relation than rows of its table, which a condition leaves.
      WORDS = %i[order select group joins left_outer_joins from distinct].freeze
      private_constant :WORDS

      module_function

      # @param relation [::ActiveRecord::Relation]
      # @param table [Table] that it is of
      # @param flow [Base]
      # @return [::ActiveRecord::Relation] without an order of its own, unless it is limited
      # @raise [ConfigurationError] where two columns have one name
      def of(relation, table, flow)
        refuse_twins(relation, table, flow) if relation.select_values.any? || !relation.from_clause.empty?
        (relation.limit_value || relation.offset_value) ? limited(relation) : relation.unscope(:order)
      end

      # Its order says which rows are left. Each page asks anew, so that there has to be one.
      def limited(relation)
        key = relation.klass.primary_key
        (key.nil? || WORDS.any? { |word| relation.values[word].present? }) ? relation : relation.order(*key)
      end

      # A model would have the last of them, SQLite the first, and PostgreSQL would not know which is meant.
      def refuse_twins(relation, table, flow)
        names = table.with_connection { |connection| connection.select_all(relation.limit(0).to_sql, "ActiveDataFlow columns").columns }
        twins = names.tally.select { |_name, times| times > 1 }.keys
        return if twins.empty?

        raise ConfigurationError, "#{Flow.label(flow.class)}: source #{relation.klass.name} brings several columns called #{twins.join(", ")}. " \
          "Write a name for each: .select(\"#{table.name}.*, customers.#{twins.first} AS customer_#{twins.first}\")"
      end
      private_class_method :limited, :refuse_twins
    end
  end
end
