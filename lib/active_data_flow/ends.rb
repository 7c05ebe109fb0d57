# frozen_string_literal: true

module ActiveDataFlow
  # The two ends of a run: what the `source` and `sink` lines of the class mean for these arguments, looked up when the
  # run starts.
  #
  # A source end has `description` (Hash, for the fingerprint and the plan), `columns` (Array of {ActiveRecord::Column}, or
  # nil where only the rows know), `cursor` (Array of names), `types` (Hash of name => the database's type), `casts` (Hash
  # of name => what the model casts with) and `reader(after:)`. A sink end has `description`, `key`, `mode`, `pool` (nil
  # where it is no database of ours), `check(outputs)` and `writer`.
  module Ends
    module_function

    # @param flow [Base]
    # @param premises [Engine::Premises, nil] of who sees to it that what is remembered of tables still holds
    # @return [Object] the source end
    # @raise [ArgumentError, ConfigurationError] for what cannot be read
    def source(flow, premises = nil)
      line = flow.class.declarations.source
      given = line.block ? flow.instance_exec(&line.block) : line.name
      return database.source(given, line, flow, premises) if database?(given)
      return given.source_end(line) if given.respond_to?(:source_end)
      return Connectors::SourceEnd.new(given, line) if given.respond_to?(:fetch) && given.respond_to?(:position_of)
      return Rows::SourceEnd.new(given) if given.is_a?(Enumerable)

      raise ArgumentError, "#{Flow.label(flow.class)}: the source's block gave #{given.inspect}; it may give a relation, a model, " \
        "a table's name, a connector or an Enumerable of Hashes."
    end

    # @param flow [Base]
    # @param premises (see #source)
    # @param lines [Array<Flow::SinkLine>]
    # @return [Array<Object>] the sink ends, one for each line
    # @raise [ArgumentError, ConfigurationError] for what cannot be written to
    def sinks(flow, premises = nil, lines: flow.class.declarations.sink_lines) = lines.map { |line| sink(flow, line, premises) }

    # @param flow [Base]
    # @param line [Flow::SinkLine]
    # @param premises (see #source)
    # @return [Object] the sink end
    # @raise (see #sinks)
    def sink(flow, line, premises = nil)
      return Connectors::SinkEnd.new(callable(flow, line.block), line) if line.block && !line.block.arity.zero?

      given = line.block ? flow.instance_exec(&line.block) : line.name
      return database.sink(given, line, flow, premises) if database?(given)
      return given.sink_end(line) if given.respond_to?(:sink_end)
      return Connectors::SinkEnd.new(given, line) if given.respond_to?(:write) || given.respond_to?(:call)

      raise ArgumentError, "#{Flow.label(flow.class)}: the sink's block gave #{given.inspect}; it may give a model, a table's name, " \
        "a connector or something to call."
    end

    # A block with a parameter is the sink: it gets each row.
    def callable(flow, block) = ->(row) { flow.instance_exec(row, &block) }

    def database?(given)
      given.is_a?(Symbol) || given.is_a?(String) || given.is_a?(Class) || (given.respond_to?(:to_sql) && given.respond_to?(:klass))
    end

    def database = ActiveRecordIfThere.ends
    private_class_method :callable, :database?, :database
  end
end
