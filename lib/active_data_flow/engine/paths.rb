# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Which way the rows of a run take.
    module Paths
      # Rows come through this process; how they are read and written is the ends' own business.
      class Rows
        # @return [String, nil] why the database does not do all of it
        attr_reader :reason

        # @param plan [Plan]
        # @param reason [String, nil]
        def initialize(plan, reason = nil)
          @plan = plan
          @reason = reason
        end

        # @return [String]
        def name = @plan.sink.writer_name(@plan.mode)

        # @return [Boolean] (see ActiveRecord::Pushdown#joins?)
        def joins? = false

        # @param after [Object, nil]
        # @return [RowsPath]
        def open(plan, after) = RowsPath.new(plan, after)
      end

      # @param plan [Plan]
      # @return [#name, #reason, #open]
      def self.choose(plan)
        return Rows.new(plan, "rows go to #{plan.sinks.count} sinks") if plan.sinks.several?
        return Rows.new(plan) unless plan.sink.respond_to?(:pushdown)

        pushed = plan.sink.pushdown(plan)
        pushed.reason ? Rows.new(plan, pushed.reason) : pushed
      end
    end
  end
end
