# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Columns that rows do not bring, after the steps: the sink keeps them, unless a step or a block gave them a value.
    class Lacking
      # What makes NULL of NULL, and nothing new.
      FAITHFUL = %i[cast mask].freeze
      private_constant :FAITHFUL

      # @param plan [Plan]
      # @param sink [Object] the sink end
      # @param page [Page] whose batch is after the steps
      def initialize(plan, sink, page)
        @plan = plan
        @sink = sink
        @page = page
        @batch = page.batch
      end

      # @return [Array<String>] the columns that are written; a key that is lacking among them, since it is missed row by row
      def outputs
        kept = @sink.respond_to?(:needed_key) ? @sink.needed_key : []
        @batch.outputs.reject { |name| !kept.include?(name) && (untouched?(name) || faithful?(name)) }
      end

      private

      # The columns that were read have the first numbers, whatever they are called since.
      def untouched?(name)
        size = @batch.source_names.size
        @batch.output(name).between?(size - @page.lacking.size, size - 1)
      end

      def faithful?(name)
        @page.lacking.include?(name) && @plan.steps.all? { |step| step.native? && (FAITHFUL.include?(step.word) || !Flow::Outline.assigned_by(step).include?(name)) }
      end
    end
  end
end
