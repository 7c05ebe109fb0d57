# frozen_string_literal: true

require_relative "../../operations/storage/columns"

module ActiveDataFlow
  module ActiveRecord
    # The tables of flows, runs, rejects and tasks: made where they are missing, completed where columns are.
    class Tables
      LOCK = 4_127_033_041 # any number that nobody else uses
      PATIENCE = 60 # seconds for who makes them just now
      TASKS = Operations::Storage::Columns
      TABLES = {**RunStore::Columns::TABLES, **TASKS::TABLES}.freeze
      INDEXES = [*RunStore::Columns::INDEXES, *TASKS::INDEXES].freeze
      FOREIGN_KEYS = {
        active_data_flow_data_flow_runs: [:active_data_flow_data_flows, {column: :data_flow_id, name: "fk_adf_runs_on_flow"}],
        **TASKS::FOREIGN_KEYS
      }.freeze
      private_constant :LOCK, :PATIENCE, :TASKS, :TABLES, :INDEXES, :FOREIGN_KEYS

      # @param database [Database]
      def initialize(database) = @database = database

      # May be called as often as one likes, by several processes at once.
      # @param tables [Hash] names of tables, and their columns
      # @param indexes [Array<Array>]
      def prepare(tables = TABLES, indexes = INDEXES)
        @database.with_connection do |connection|
          one_at_a_time(connection) do
            tables.each { |table, columns| prepare_table(connection, table, columns) }
            indexes.each { |table, columns, name, options| add_index(connection, table, columns, name, options) }
          end
        end
      end

      # The same for what a database needs that is only written to.
      def prepare_marks = prepare({RunStore::Columns::MARKS_TABLE => RunStore::Columns::MARKS}, [RunStore::Columns::MARKS_INDEX])

      private

      def one_at_a_time(connection)
        case @database.kind
        when :sqlite then yield
        when :mysql then beside_nobody(connection) { yield }
        else
          connection.transaction do
            connection.execute("SELECT pg_advisory_xact_lock(#{LOCK})")
            yield
          end
        end
      end

      # MySQL commits with each statement that makes something.
      def beside_nobody(connection)
        connection.get_advisory_lock("adf_#{LOCK}", PATIENCE) or raise Error, "the tables of runs are being made by another session, for more than #{PATIENCE} seconds"
        yield
      ensure
        connection.release_advisory_lock("adf_#{LOCK}")
      end

      def prepare_table(connection, table, columns)
        unless connection.table_exists?(table)
          return connection.create_table(table, if_not_exists: true) do |definition|
            columns.each { |name, (kind, options)| definition.column(name, kind, **options_for(kind, options)) }
            definition.timestamps
            FOREIGN_KEYS[table]&.then { |other, options| definition.foreign_key(other, **options) }
          end
        end

        there = connection.columns(table).map(&:name)
        columns.each do |name, (kind, options)|
          connection.add_column(table, name, kind, **options_for(kind, options)) unless there.include?(name.to_s)
        end
      end

      # With `exact: true` texts that differ are not the same.
      def options_for(kind, options)
        exact, options = options.to_h.then { |all| [all[:exact], all.except(:exact)] }
        {**((kind == :datetime) ? {precision: 6} : {}), **((@database.kind == :mysql) ? options_on_mysql(kind, exact) : {}), **options}
      end

      # A text of MySQL's ends at 64 KiB, and the row of a reject may be longer. Most of its collations know no case.
      def options_on_mysql(kind, exact) = {**((kind == :text) ? {size: :medium} : {}), **(exact ? {collation: "utf8mb4_bin"} : {})}

      # Under whatever name it may be there already; but for the one that InnoDB makes for a foreign key, which gives way.
      def add_index(connection, table, columns, name, options)
        there = connection.indexes(table).select { |index| index.columns == Array(columns).map(&:name) && (index.unique || !options[:unique]) }.map(&:name)
        return if (there - [FOREIGN_KEYS[table]&.last&.fetch(:name)]).any?

        connection.add_index(table, columns, name:, if_not_exists: true, **options)
      end
    end
  end

  class << self
    # Makes the tables of flows, runs, rejects and tasks in the database that ActiveRecord is connected to, and adds the columns
    # that a newer version of this gem knows. Repeatable. In a Rails application migrations do it.
    # @return [true]
    def prepare_database!
      ActiveRecord::Tables.new(ActiveRecord::Database.new).prepare
      true
    end

    # Makes the one table that a database needs into which flows write, and in which their runs are not kept: where the cursor
    # of a run is committed with its rows. Repeatable. In a Rails application a migration does it:
    # `bin/rails generate active_data_flow:marks --database=reporting`.
    #
    #   ActiveDataFlow.prepare_marks!(ReportingRecord, shard: :second)
    #
    # @param connection [Class, String] whose database it is, or its name
    # @param role [Symbol, nil] as in `connected_to`
    # @param shard [Symbol, nil] as in `connected_to`
    # @return [true]
    # @raise [ArgumentError] for what has no database
    def prepare_marks!(connection, role: nil, shard: nil)
      database = ActiveRecord::Database.new(ActiveRecord::Table.database_class(connection), role:, shard:)
      database.connected { ActiveRecord::Tables.new(database).prepare_marks }
      true
    end
  end
end
