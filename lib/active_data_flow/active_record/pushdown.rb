# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The path on which no row leaves the database: `INSERT .. SELECT` over windows of the cursor, where source and sink
    # share one and every step can be said in its SQL.
    class Pushdown
      # Types with so many digits behind the point; moments have six at most.
      ROUNDING = /\A((numeric|decimal|dec)\b.*\(\d|(time|timestamp|datetime|interval)\b.*\([0-5]\))/i
      private_constant :ROUNDING

      # @return [Engine::Plan]
      attr_reader :plan
      # @return [String, nil] why rows have to come through this process; nil when they need not
      attr_reader :reason

      # @param plan [Engine::Plan]
      def initialize(plan)
        @plan = plan
        @reason = find_reason
      end

      # @return [String]
      def name
        statement = {mirror: "INSERT .. SELECT in windows of the cursor, guarded upsert", delete: "DELETE in windows of the cursor"}
          .fetch(plan.mode) { "INSERT .. SELECT in windows of the cursor, guarded #{plan.mode}" }
        "pushdown: #{statement}#{", the source's file attached" unless same_database?}"
      end

      # @return [Boolean] whether lookups are joined by the database
      def joins? = true

      # @param after [Object, nil] a position
      # @return [Windows]
      def open(_plan, after)
        @attached = attachment&.open
        Windows.new(self, after)
      end

      # Ends what {#open} began.
      def close
        @attached&.close
        @attached = nil
      end

      # @param after [Array, nil] a position
      # @param upto [Array, nil] a position
      # @return [::ActiveRecord::Relation] the same with what lookups join; as many rows
      def joined(after, upto) = query[:joins].reduce(window(after, upto)) { |rows, join| rows.joins(join) }

      # @param after [Array, nil] a position
      # @param upto [Array, nil] a position
      # @return [::ActiveRecord::Relation] the source's rows in between, as the sink's connection finds them
      def window(after, upto)
        rows = source.window(after, upto)
        attachment ? rows.from(attachment.place(source.table)) : rows
      end

      # @return [SourceEnd]
      def source = plan.source

      # @return [SinkEnd]
      def sink = plan.sink

      # @return [Array<String>] the columns that are written
      def names = plan.outputs

      # @return [Target]
      def target = @target ||= Target.new(sink, names, plan.mode)

      # @return [Array<String>] SQL of {#names}, in their order, as the sink stores them: a value that is rounded on its way in
      #   would differ from what is there each time
      def expressions
        names.map do |name|
          sql = query[:columns].fetch(name)
          rounded?(name) ? "CAST(#{sql} AS #{sink.table.column(name).sql_type})" : sql
        end
      end

      # @param name [String] one of {#names}
      # @return [Boolean] whether the sink's column has fewer digits than what comes may have
      def rounded?(name)
        type = sink.table.column(name).sql_type
        type.match?(ROUNDING) && as_it_is(name)&.sql_type != type
      end

      # @return [String, nil] SQL: which rows go on; or it ends the statement
      def condition = query[:where]

      # @return [Boolean] whether some rows may be taken out
      def filters? = query[:filters]

      # @param name [String] one of {#names}
      # @return [Column, nil] the source's column that goes through as it is
      def untouched(name)
        @untouched ||= source.columns.to_h { |column| [source.quoted(column.name), column] }
        @untouched[query[:columns][name]]
      end

      # @param name [String] one of {#names}
      # @return [Column, nil] the column, of the source or of a lookup's table, that goes through as it is
      def as_it_is(name) = untouched(name) || lookups.taken[query[:columns][name]]

      # @return [Hash{Symbol => Object}] what the steps are in SQL: `columns:`, `kinds:`, `where:`, `filters:`, `joins:`
      def query = @query ||= program.sql(sink.dialect, quoted)

      private

      def same_database? = source.pool.equal?(sink.pool)

      def program
        @program ||= Flow::Program.native(plan.steps, types: source.types, dialect: source.dialect, joins: lookups.printed)
      end

      def lookups = @lookups ||= Lookups.new(plan, attachment)

      def attachment = @attachment ||= (Attachment.new(source, sink) unless same_database?)

      def quoted = source.columns.map { |column| [column.name, source.quoted(column.name)] }

      def find_reason
        return "rows come from #{source}, which is no table" unless source.respond_to?(:window)
        apart = same_database? ? nil : Attachment.refusal(source, sink)
        return apart if apart
        return "rows go through #{sink.table.model.name} with its callbacks" if sink.line.callbacks
        return "#{plan.model_columns.join(", ")}: only the model can read or write #{plan.model_columns.one? ? "it" : "them"}" if plan.model_columns.any?
        return "source and sink are one table" if sink.same_table?(source)
        return "mode :#{plan.mode} needs to see the rows" unless %i[insert insert_only upsert update_only mirror delete].include?(plan.mode)
        return "INSERT .. SELECT is not written for #{sink.dialect}" unless %i[postgresql sqlite].include?(sink.dialect)

        reason_of_steps || Fit.reason(self)
      end

      def reason_of_steps
        step = plan.steps.find { |one| !one.declarative? }
        return "#{step.word} at #{step.at} is Ruby" if step

        step, table = plan.lookups.find { |_step, one| !one.conditional? }
        return "lookup at #{step.at}: the default scope of #{table.name} is more than a condition" if step

        # There it takes two statements to write a window, of which the second would look up what the first has written.
        step, table = plan.lookups.find { |_step, one| one.name == sink.table.name } if sink.dialect == :sqlite
        return "lookup at #{step.at} looks into #{table.name}, which is written" if step

        program.reason(sink.dialect, quoted)
      end
    end
  end
end

require_relative "pushdown/attachment"
require_relative "pushdown/fit"
require_relative "pushdown/guard"
require_relative "pushdown/lookups"
require_relative "pushdown/windows"
require_relative "pushdown/portion"
require_relative "pushdown/statements"
require_relative "pushdown/on_sqlite"
