# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # Everything that the class body of one flow has said so far. A subclass begins with a copy.
    class Declarations
      BATCH_SIZE = 10_000
      SETTLE = 10
      READ_ALL = ReadRule.new(kind: :all, by: nil, settle: SETTLE)
      HALT = ErrorRule.new(policy: :halt, budget: nil)

      # @return [SourceLine, nil]
      attr_accessor :source
      # @return [ReadRule]
      attr_accessor :read
      # @return [Integer]
      attr_accessor :batch_size
      # @return [Schedule, nil]
      attr_accessor :schedule
      # @return [ErrorRule]
      attr_accessor :on_error
      # @return [GroupRule, nil]
      attr_accessor :group
      # @return [Symbol] :skip or :wait
      attr_accessor :on_conflict
      # @return [Symbol, nil]
      attr_accessor :queue
      # @return [Integer, nil]
      attr_accessor :priority
      # @return [Integer]
      attr_accessor :partitions
      # @return [Symbol, nil] of the only sink, set by the word `mode`
      attr_accessor :mode
      # @return [Array<Step>]
      attr_reader :steps
      # @return [Array<SinkLine>]
      attr_reader :sinks
      # @return [Array<ThrottleRule>]
      attr_reader :throttles
      # @return [Array<Symbol, Proc>]
      attr_reader :after_complete, :after_failure
      # @return [Array<Operations::Machine::RetryRule>] newest first
      attr_reader :retry_rules

      def initialize
        @read = READ_ALL
        @batch_size = BATCH_SIZE
        @on_error = HALT
        @on_conflict = :skip
        @partitions = 1
        @steps, @sinks, @throttles, @after_complete, @after_failure, @retry_rules = Array.new(6) { [] }
        @sinks_inherited = false
      end

      # Adds a sink; the first one of a subclass takes the place of those it inherited.
      # @param line [SinkLine]
      def add_sink(line)
        @sinks = [] if @sinks_inherited
        @sinks_inherited = false
        @sinks << line
      end

      # @return [Array<SinkLine>] the sinks; the only one with what the word `mode` said
      def sink_lines = (@mode && @sinks.one?) ? [@sinks.first.with(mode: @mode)] : @sinks

      # @return [SinkLine, nil] the first, and usually only, sink
      def sink = sink_lines.first

      # Closes the declarations: called when the class is first used.
      # @return [self]
      def close
        [@steps, @sinks, @throttles, @after_complete, @after_failure, @retry_rules].each(&:freeze)
        freeze
      end

      private

      def initialize_copy(other)
        super
        @steps, @sinks, @throttles, @after_complete, @after_failure, @retry_rules =
          [@steps, @sinks, @throttles, @after_complete, @after_failure, @retry_rules].map(&:dup)
        @sinks_inherited = true
      end
    end
  end
end
