# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A plan as people read it.
    class PlanText
      # @param plan [Plan]
      def initialize(plan)
        @plan = plan
      end

      # @return [String] one line each for flow, source, steps, sink and path
      def to_s
        [@plan.label, line("reads", "#{@plan.source}, #{reading}"), *notes, *@plan.steps.map { |step| line("", step_text(step)) },
          *writes, *deletes, *same_table, *model_columns, line("path", path), *parts, line("batches", batches), line("commits", @plan.authority.to_s)].join("\n")
      end

      private

      def writes
        return [line("writes", @plan.sinks.primary.to_s)] unless @plan.sinks.several?

        @plan.sinks.map.with_index { |member, index| line(index.zero? ? "writes" : "", "#{member}; #{member.sink.writer_name(member.mode)}") }
      end

      # What goes of the sink, and how much of it at most.
      def deletes
        return [] unless %i[mirror delete].include?(@plan.mode)

        bound = @plan.sink.max_deletes(@plan.mode)
        what = (@plan.mode == :mirror) ? "deletes what it has not read, range by range in the commit of each batch" : "deletes the rows whose key it reads"
        most = {Integer => "at most #{bound}", Float => "at most #{bound} of the rows read"}.fetch(bound.class, "without a bound")
        [line("", "#{what}, #{most} (max_deletes:)")]
      end

      def same_table
        return [] unless @plan.same_table?

        what = (@plan.mode == :delete) ? "rows" : "what steps assign,"
        [line("", "#{what} in the table that is read; a row that somebody changes meanwhile is read again")]
      end

      def model_columns
        names = @plan.model_columns
        names.any? ? [line("", "#{names.join(", ")} through the model, value by value")] : []
      end

      def line(word, text) = "  #{word.ljust(8)}#{text}"

      def parts
        (@plan.partitions > 1) ? [line("parts", "#{@plan.partitions} by #{@plan.source.cursor.join(", ")}, each a run of its own")] : []
      end

      def path = [@plan.path_name, ("(because #{@plan.path_reason})" if @plan.path_reason)].compact.join(" ")

      def reading = (@plan.read.kind == :all) ? "all of it" : (@plan.horizon || "what is #{@plan.read.kind}").to_s

      def notes = @plan.horizon ? @plan.horizon.notes.map { |text| line("", text) } : []

      def batches = "up to #{@plan.batch_size} rows, #{error_text}"

      def error_text
        rule = @plan.on_error
        (rule.policy == :halt) ? "stops at the first bad row" : "#{rule.policy} bad rows, budget #{rule.budget}"
      end

      def step_text(step)
        arguments = step.arguments
        detail = arguments[:names] || arguments[:types] || arguments[:values]&.keys || arguments[:wanted]&.keys || arguments[:name]
        "#{step.word}#{" #{detail_text(detail)}" if detail}#{manner(step)} (#{step.at})"
      end

      def manner(step)
        return " in Ruby" unless step.declarative?

        (@plan.joins? ? ", joined there" : ", asked once a batch") if step.word == :lookup
      end

      def detail_text(detail)
        case detail
        when Hash then detail.map { |from, to| "#{from}: #{to}" }.join(", ")
        when Array then detail.join(", ")
        else detail.to_s
        end
      end
    end
  end
end
