# frozen_string_literal: true

module ActiveDataFlow
  # Flows on ActiveRecord, for a program that has it: nothing is loaded before a flow names a table.
  # @private
  module ActiveRecordIfThere
    @record_class = "ActiveRecord::Base"

    class << self
      # @return [String] whose database is the program's: the name of a class, since that may be loaded again
      attr_accessor :record_class

      # @return [String, nil] what to do where that database lacks the tables; nil: runs are kept in memory then
      attr_accessor :without_tables

      # @return [String] what to do where tables, or columns of them, are missing
      def remedy = without_tables || "Write: ActiveDataFlow.prepare_database!"

      # @return [String, nil] what to do where a database that is written to lacks the table of marks; `%{database}` stands for its name
      attr_accessor :without_marks

      # @return [Module] what tables, models and relations are as the ends of a flow
      # @raise [DependencyError] where the library is not installed
      def ends
        require_relative "active_record"
        ActiveRecord::Ends
      end

      # @param sink [Object, nil] the sink end
      # @return [RunStore::SQL, nil] the store in the sink's database, else in the program's; nil without either
      # @raise [ConfigurationError] where there is to be one
      def store(sink = nil)
        return unless defined?(::ActiveRecord::Base)

        require_relative "active_record"
        (sink&.pool && ActiveRecord::Stores.for(sink.table.model)) || ActiveRecord::Stores.for(nil) || refuse_memory
      end

      # @param table [ActiveRecord::Table] the sink's
      # @param label [String] of the flow
      # @param store [RunStore::SQL] that keeps its runs, elsewhere
      # @return [RunStore::SQL::Marks] in the sink's database
      # @raise [ConfigurationError] where it lacks the table
      def marks(table, label, store) = ActiveRecord::Stores.marks(table) || ActiveRecord::Stores.refuse_marks(table, label, store)

      private

      def refuse_memory
        raise ConfigurationError, "The tables in which runs are kept are missing. #{without_tables}" if without_tables
      end
    end
  end
end
