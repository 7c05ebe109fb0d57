# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # The tables that the lookups of a flow take columns out of, as far as the sink's connection finds them.
      class Lookups
        # @param plan [Engine::Plan]
        # @param attachment [Attachment, nil] of the source's file
        def initialize(plan, attachment)
          @plan = plan
          @attachment = attachment
          @names = {}.compare_by_identity
          plan.lookups.each { |step, table| @names[step] = [table, "adf_lookup_#{@names.size + 1}"] if here?(table) || attached?(table) }
        end

        # @return [Hash{Flow::Step => Array}] by identity, see {Flow::Program.native}
        def printed = @names.each_with_object({}.compare_by_identity) { |(step, (table, name)), all| all[step] = table.printed(name, here?(table) ? nil : @attachment) }

        # @return [Hash{String => Column}] by their SQL
        def taken = @taken ||= @names.values.flat_map { |table, name| table.joined(name) }.to_h { |joined| [joined.sql, joined.column] }

        private

        def here?(table) = table.pool.equal?(@plan.sink.pool)

        # What a scope names beside the table would be looked for in the sink's file.
        def attached?(table) = !@attachment.nil? && table.pool.equal?(@plan.source.pool) && table.plain?
      end
    end
  end
end
