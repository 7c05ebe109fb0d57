# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    class Sinks
      # One sink of a plan: how it is written to, and with which columns.
      class Member
        # @return [Object] the sink end
        attr_reader :sink
        # @return [String] what a run's counts call it
        attr_reader :name
        # @return [Symbol]
        attr_reader :mode
        # @return [Array<String>, nil] the columns that are written; nil where only the rows know
        attr_reader :outputs

        # @param plan [Plan]
        # @param sink [Object] the sink end
        # @param name [String]
        def initialize(plan, sink, name)
          @plan = plan
          @sink = sink
          @name = name
          @mode = sink.mode(plan.source)
          @same_table = same_table_mode?
          @checkpoints = sink.respond_to?(:checkpoints?) && sink.checkpoints?
          @writers = {}
          @dropped = []
        end

        # @return [Boolean] whether it is the table that is read, and the flow changes rows of it
        def same_table? = @same_table

        # @return [Boolean] whether it says how far it has come, and takes back what is behind that
        def checkpoints? = @checkpoints

        # @return [ActiveRecord::Table, nil]
        def table = @sink.respond_to?(:table) ? @sink.table : nil

        # @return [Array<String>] columns that are written through the model, value by value
        def model_columns = table ? table.model_types(@outputs || table.column_names).keys : []

        # (see Sinks#check)
        def check(outline)
          @outputs = @sink.check(brought(outline), from: source_name, mode: @mode)
        end

        # @param page [Page] whose batch is after the steps
        # @param seen [Object, nil] of rows that may change meanwhile, see {Plan#seen}
        # @return [Object] the sink's writer for rows with these columns
        def writer_for(page, seen = nil)
          same = seen && @same_table && @sink.same_table_writer(@plan.source, page.batch, seen) { |names| writer_of(names) }
          same || writer_of(page.lacking.empty? ? page.batch.outputs : Lacking.new(@plan, @sink, page).outputs)
        end

        # @param batch [Native::Batch] after the steps
        # @return [Object, nil] the writer for rows with these columns, where there is one already
        def known_writer(batch) = @writers[batch.outputs]

        # @return [String] for the plan
        def to_s = "#{@sink}, mode :#{@mode}"

        private

        # Of the table that is changed a column that the database generates is only read, unless a step assigns it.
        def brought(outline)
          return outline.names unless @same_table

          outline.names - (@plan.source.columns.select(&:generated).map(&:name) - outline.assigned - @sink.key)
        end

        def writer_of(names)
          @writers[names] ||= @sink.writer(@same_table ? checked(names) : @outputs || checked(names), @mode)
        end

        def checked(names)
          outputs = @sink.check(names, from: source_name, mode: @mode, known: !@plan.source.columns.nil?)
          say_dropped(names - outputs)
          outputs
        end

        # Once a run: Hash rows may bring what they like.
        def say_dropped(names)
          names -= @dropped
          return if names.empty?

          @dropped += names
          Operations.logger.warn("#{@plan.label}: #{@sink} takes no column#{"s" unless names.one?} #{names.join(", ")}; dropped")
        end

        def source_name = @plan.source.respond_to?(:table) ? @plan.source.table.name : @plan.source.to_s

        # What is read and written at once is only ever changed, whatever the mode says of missing keys: a row that is
        # missing was deleted meanwhile.
        def same_table_mode?
          same = @sink.respond_to?(:same_table?) && !@sink.key.nil? && %i[upsert update_only delete].include?(@mode) && @sink.same_table?(@plan.source)
          refuse_limited(@plan.source.relation) if same
          same
        end

        # For each that is changed or deleted another one may move up.
        def refuse_limited(relation)
          return unless relation.limit_value || relation.offset_value

          raise ConfigurationError, "#{Flow.label(@plan.flow.class)} changes #{source_name}, of which it reads only so many rows (limit or offset): others would move up " \
            "while it does. Write: source { #{relation.klass.name}.where(id: #{relation.klass.name}.limit(...).pluck(:id)) }"
        end
      end
    end
  end
end
