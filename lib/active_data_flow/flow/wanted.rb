# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # What `filter state: ...` asks of a column, as an expression: a value, nil, some of them, or a range.
    module Wanted
      module_function

      # @param wanted [Hash{String => Object}] all of them have to fit
      # @param where [String] for messages
      # @return [Array] the tree of an expression; see {Expression::Node}
      # @raise [ArgumentError] for what no column can be compared with
      def tree(wanted, where)
        wanted.map { |name, value| condition([:col, name], value, where) }.reduce { |one, other| [:&, one, other] }
      end

      # @private
      def condition(column, value, where)
        case value
        when nil then [:nil?, column]
        when Array then among(column, value, where)
        when Range then [:between, column, edge(value.begin, where), edge(value.end, where), value.exclude_end?]
        else [:==, column, Expression::Node.tree_of(value, where)]
        end
      end

      # @private NULL is one of the values where nil is, as in ActiveRecord's `where`.
      def among(column, values, where)
        found = [:in?, column, values.compact.map { |value| Expression::Node.tree_of(value, where) }]
        values.include?(nil) ? [:|, found, [:nil?, column]] : found
      end

      # @private
      def edge(value, where)
        return if value.nil? || (value.is_a?(Float) && value.infinite?)

        Expression::Node.tree_of(value, where)
      end
      private_class_method :condition, :among, :edge
    end
  end
end
