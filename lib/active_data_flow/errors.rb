# frozen_string_literal: true

module ActiveDataFlow
  # What every error of this gem outside {Operations} descends from.
  class Error < StandardError; end

  # What a class or the configuration says cannot work; nothing has been read or written.
  class ConfigurationError < Error; end

  # No flow of that name is loaded. Another version of the program may have it.
  class UnknownFlow < ConfigurationError; end

  # A library that is needed here is not installed.
  class DependencyError < ConfigurationError; end

  # The rows and the sink do not have the same columns.
  class ColumnMismatch < ConfigurationError; end

  # A row that cannot be read, transformed or written, in a flow that stops at such a row.
  class RowError < Error
    # @return [Symbol] :read, :transform or :write
    attr_reader :stage
    # @return [Hash, nil] the row as it was read
    attr_reader :row
    # @return [String, nil] where it stands in the source
    attr_reader :position
    # @return [String, nil]
    attr_reader :column_name

    # @param message [String]
    def initialize(message = nil, stage: nil, row: nil, position: nil, column_name: nil)
      super(message)
      @stage = stage
      @row = row
      @position = position
      @column_name = column_name
    end
  end

  # More rows were put aside than `on_error`'s budget allows. The run has stopped at its cursor.
  class BudgetExceeded < Error
    # @return [Array] those of the batch that was not committed, as the run keeps them
    attr_reader :rejects

    # @param message [String, nil]
    # @param rejects [Array]
    def initialize(message = nil, rejects: [])
      super(message)
      @rejects = rejects
    end
  end

  # A run would delete more rows than `max_deletes:` allows. Of those it was about to delete it has deleted none.
  class TooManyDeletes < Error; end

  # Source, order or key of the flow are no longer what the stored cursor belongs to.
  class DefinitionChanged < Error; end

  # The source no longer knows the position at which the run is to go on.
  class SourceChanged < Error; end

  # A source's opaque cursor is no longer valid there; the run starts over, once.
  class CursorExpired < Error; end

  # Somebody else writes for this run: what this process was about to commit was not committed.
  class LeaseLost < Error; end

  # What a source or sink asks for that wants to be left alone for a while.
  class Throttled < Error
    # @return [Numeric] seconds
    attr_reader :wait

    # @param message [String, nil]
    # @param wait [Numeric] seconds until the next try; a time that has passed already is no wait
    # @raise [ArgumentError] for what is no length of time: a header says it as text
    def initialize(message = nil, wait: 30)
      super(message || "asked to wait #{wait} seconds")
      @wait = (Numeric === wait && wait.negative?) ? 0 : wait
      Operations::Duration.us(@wait, "Throttled.new(wait:)")
    end
  end
end
