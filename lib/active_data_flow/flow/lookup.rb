# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # A `lookup` of one attempt: asks the other table for the keys of a batch, and has what it finds joined in Rust.
    class Lookup
      # @param step [Step]
      # @param types [Hash{String => String, nil}] `sql_type` of the source's columns
      # @param dialect [Symbol, nil] of the source's database
      # @param known [Array<String>] of these columns, those that come to the step as the source has them
      # @param table [Object] see {Lookup.table}
      # @raise [ConfigurationError] when `on` is not unique there, a column is not there, or could never be equal to theirs
      def initialize(step, types: {}, dialect: nil, known: [], table: Lookup.table(step))
        arguments = step.arguments
        @table = table
        @names = arguments[:on].values | arguments[:take].keys
        @theirs = arguments[:on].values
        label = [@table.name, arguments[:on].to_a, arguments[:take].to_a, arguments[:missing], Program.label(step)]
        @join = Native::Join.new(label, [types.to_a, dialect], [@table.types(@names).to_a, @table.dialect])
        refusal = @join.refusal(known)
        raise ConfigurationError, "lookup at #{step.at}: #{refusal}." if refusal
      end

      # @param batch [Native::Batch]
      # @return [Array<Array>] row, column and reason of each row that was put aside
      def call(batch)
        found = Native::Batch.new(@names)
        @table.each_row(@theirs, @join.keys(batch), @names) { |row| found.push_row(row) }
        @join.apply(batch, found)
      end

      class << self
        # Who looks a table up by its name: set where there is a database.
        # @return [#call, nil] given a Step and the plan's premises, returns what `name`, `dialect`, `types` and `each_row` can be
        #   asked of
        attr_accessor :tables

        # @param step [Step]
        # @param premises [Engine::Premises, nil] what may be taken for granted of the table; without, its database is asked
        # @return [Object]
        # @raise [ConfigurationError] when there is no such table, or `on` is not unique there
        def table(step, premises = nil)
          unless tables
            raise ConfigurationError, "lookup at #{step.at} takes columns out of a database. Write: require \"active_data_flow/active_record\""
          end

          tables.call(step, premises)
        end
      end
    end
  end
end
