# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # The tables that the lookups of a flow take columns out of, as far as the sink's connection finds them.
      class Lookups
        # @param plan [Engine::Plan]
        def initialize(plan)
          @names = {}.compare_by_identity
          plan.lookups.each { |step, table| @names[step] = [table, "adf_lookup_#{@names.size + 1}"] if table.pool.equal?(plan.sink.pool) }
        end

        # @return [Hash{Flow::Step => Array}] by identity, see {Flow::Program.native}
        def printed = @names.each_with_object({}.compare_by_identity) { |(step, (table, name)), all| all[step] = table.printed(name) }

        # @return [Hash{String => Column}] by their SQL
        def taken = @taken ||= @names.values.flat_map { |table, name| table.joined(name) }.to_h { |joined| [joined.sql, joined.column] }
      end
    end
  end
end
