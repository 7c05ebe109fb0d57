# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # The rows of one batch that are put aside, by the flow's `on_error`.
    class Aside
      # What is stored of one.
      Entry = Data.define(:row, :stage, :reason, :error_class, :column_name, :position, :line, :raw, :row_ref)

      # @return [Page] the one that the rows belong to
      attr_writer :page

      # @param plan [Plan]
      # @param budget [Budget]
      # @param rule [Flow::ErrorRule] the flow's, if not another
      def initialize(plan, budget = nil, rule: plan.on_error)
        @plan = plan
        @rule = rule
        @budget = budget || Budget.new(rule)
        @found = []
        @rows = 0
      end

      # @return [Array<Entry>] to be stored with the batch, as the rows stand in it, whatever found them first; empty when they are
      #   only counted
      def entries = @found.sort_by.with_index { |(row, _entry), index| [row, index] }.map(&:last)

      # @param misfit [Flow::Transformation::Misfit]
      # @param stage [Symbol] :read, :transform or :write
      # @raise [RowError] under `on_error :halt`; what a block of the author's raised goes on as it is
      # @raise [BudgetExceeded] as soon as the batch cannot come out within the budget
      def put(misfit, stage)
        return halt(misfit, stage) if @rule.policy == :halt

        @page.batch.reject(misfit.row) unless @page.batch.state(misfit.row) == :rejected
        @found << [misfit.row, entry(misfit, stage)] if @rule.policy == :quarantine
        @budget.note(misfit)
        @rows = [@rows, misfit.row + 1].max
        stop(@budget.early(@rows, @page.batch.size, @page.last))
      end

      # @param totals [Hash{Symbol => Integer}] of the run, with this batch
      # @param last [Boolean] whether it is the last one
      # @raise [BudgetExceeded]
      def check(totals, last:) = stop(@budget.late(totals, last))

      # For rows that are carried over with those of this one.
      # @yieldparam other [Aside] what it notes belongs to this one afterwards
      # @return [Object] what the block returned
      def beside
        other = Aside.new(@plan, @budget, rule: @rule)
        yield(other).tap { other.entries.each { |entry| @found << [@page.batch.size, entry] } }
      end

      private

      def stop(text) = (raise BudgetExceeded.new(text, rejects: entries) if text)

      def entry(misfit, stage)
        error, origin = misfit.error, origin(misfit)
        Entry.new(row: brought(row(misfit, origin)), stage: stage.to_s, reason: reason(misfit), error_class: error&.class&.name,
          column_name: misfit.column, position: position(misfit), line: origin&.line, raw: origin&.raw, row_ref: origin&.row_ref)
      end

      def origin(misfit) = @page.origins&.call(misfit.row)

      # What could not be read is no row.
      def row(misfit, origin) = (@page.batch.source_hash(misfit.row) if origin.nil? || origin.read)

      # With what tells a column that was NULL from one that the row did not bring.
      def brought(row) = (row.nil? || @page.lacking.empty?) ? row : {**row.except(*@page.lacking), Run::Reject::LACKING => @page.lacking}

      def reason(misfit) = misfit.reason || "#{misfit.error.class}: #{misfit.error.message}"

      def position(misfit) = @page.positions.call(misfit.row)

      def halt(misfit, stage)
        raise misfit.error if misfit.error && stage == :transform

        origin = origin(misfit)
        place = origin&.row_ref || @plan.place(position(misfit))
        raise RowError.new("#{@plan.label} stopped at #{place} (#{stage}): #{reason(misfit).delete_suffix(".")}. on_error :quarantine puts such rows aside.",
          stage:, row: row(misfit, origin), position: position(misfit), column_name: misfit.column), cause: misfit.error
      end
    end
  end
end
