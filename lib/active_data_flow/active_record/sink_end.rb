# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # A table that rows are written into.
    class SinkEnd
      include SinkRefusals

      TIMESTAMPS = %w[created_at created_on updated_at updated_on].freeze
      private_constant :TIMESTAMPS

      # @return [Table]
      attr_reader :table
      # @return [Array<String>, nil] unique columns by which a row is found again; nil in mode :insert without one
      attr_reader :key
      # @return [Flow::SinkLine]
      attr_reader :line

      # @param table [Table]
      # @param line [Flow::SinkLine]
      # @param flow [Base]
      # @raise [ConfigurationError] when the key is not unique there
      def initialize(table, line, flow)
        @table = table
        @line = line
        @flow = flow
        @key = checked_key(line.key || table.primary_key)
      end

      # @return [KeyEquality, nil] by which a row is found again; nil without a key
      def equality = @equality ||= (KeyEquality.new(@table, @key) if @key)

      # @return [Array<String>] columns of the key that rows have to bring
      def needed_key = (@key.nil? || (@key == @table.primary_key && @line.key.nil? && @line.mode == :insert)) ? [] : @key

      # @return [Object] whoever has the same one can be committed with it
      def pool = @table.pool

      # @return [String] what people call it
      def name = @table.name

      # @return [Symbol, nil] how it takes rows back that another sink of the flow refuses: by its :transaction; by a :cut, when a
      #   run goes on, so it is written last and refuses none; nil: not at all
      def way_back = :transaction

      # @return [Object] the same for two sinks that are one
      def written_to = [pool, @table.name]

      # @param label [String] of the flow
      # @param store [RunStore::Base] that keeps its runs
      # @raise [Error] inside a transaction that would take rows back, and not the run
      def refuse_halfway(label, store) = Stores.refuse_halfway(@table, label, store)

      # @return [Symbol]
      def dialect = @table.dialect

      # @param source [Object] the source end
      # @return [Symbol] the mode in force
      def mode(source = nil)
        @line.mode || ((source && same_table?(source)) ? :update_only : :upsert)
      end

      # @return [Boolean] whether the flow writes into what it reads
      def same_table?(source) = source.respond_to?(:table) && source.table.name == @table.name && source.pool.equal?(pool)

      # @return [Array<Column>]
      def columns = @table.columns

      # @param names [Array<String>] columns that rows bring
      # @param mode [Symbol]
      # @return [Writer]
      def writer(names, mode) = writer_class.new(Target.new(self, names, mode))

      # @param mode [Symbol] that is in force
      # @return [Integer, Float, nil] how many rows a run may delete, or which share of those read; nil: as many as there are
      def max_deletes(mode) = @line.most_deletes(mode)

      # @param plan [Engine::Plan]
      # @return [Unseen] the rows that a mirror deletes
      # @raise [ConfigurationError] where it cannot be one
      def mirror(plan) = MirrorCheck.call(plan)

      # @param plan [Engine::Plan]
      # @return [Pushdown] which says by its `reason` where the database cannot do all of it
      def pushdown(plan) = Pushdown.new(plan)

      # @param source [SourceEnd] the same table
      # @param batch [Native::Batch] after the steps
      # @param seen [Array<String>] see {SameTableWriter.hashes}
      # @return [SameTableWriter, nil] nil where the flow makes other rows of those that it reads: then it is a copy
      # @yield [names] gives the writer for these columns
      def same_table_writer(source, batch, seen)
        assigned = SameTableWriter.assigned(batch)
        return if (@key & assigned).any? || (@key - batch.source_names).any?

        deletes = @line.mode == :delete
        writer = yield(deletes ? @key : @key + assigned) if deletes || assigned.any?
        SameTableWriter.new(writer, source, @key, batch, seen, all: deletes)
      end

      # @return [String] for the plan
      def writer_name(mode)
        asked = "; the database is asked which rows of a batch have one #{@key.join(", ")}" unless @key.nil? || equality.exact?
        "#{name_of_writer(mode)}#{asked}"
      end

      # @param connection [Object, nil] of the run store's open transaction; ours too where the pool is the same
      # @yieldparam connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter] inside a transaction
      def writing(connection, &)
        @table.with_connection do |own|
          connection.equal?(own) ? yield(own) : Whole.transaction(own) { yield own }
        end
      end

      # @param error [Exception]
      # @return [Boolean]
      def transient?(error) = Errors.transient?(error)

      # @return [Hash] for the fingerprint
      def description = {kind: "table", table: @table.name, key: @key, **@table.place.slice(:shard)}

      # @return [String] for the plan
      def to_s = @key ? "#{@table.label} by #{@key.join(", ")}" : @table.label

      # Columns that the database or we ourselves give a value when a row is made.
      # @param outputs [Array<String>]
      # @return [Array<String>] timestamps of the table that the rows do not bring
      def own_timestamps(outputs)
        @line.record_timestamps ? (TIMESTAMPS & @table.column_names) - outputs : []
      end

      # A new row of a class that shares its table is one of that class, as it is by `insert_all`.
      # @param outputs [Array<String>]
      # @return [Array<String>] the column that says so, where the rows do not bring it; else none
      def own_class(outputs)
        model = @table.model
        model.finder_needs_type_condition? ? [model.inheritance_column.to_s] - outputs : []
      end

      # @return [Array<String>] {#own_timestamps} and {#own_class}
      def own_columns(outputs) = own_timestamps(outputs) + own_class(outputs)

      # @return [Array<String>] of {#own_timestamps}, those that move when a row changes
      def moving_timestamps(outputs) = own_timestamps(outputs).grep(/\Aupdated/)

      # Refuses rows that the table could not take, before the first one is read.
      # @param outputs [Array<String>]
      # @param from [String] the source's name, for the message
      # @param known [Boolean] whether all rows have these columns; from Hashes what the table does not take is dropped instead
      # @param mode [Symbol]
      # @return [Array<String>] the outputs that are written
      # @raise [ColumnMismatch]
      def check(outputs, from:, mode:, known: true)
        refuse_bound(mode)
        outputs &= @key if mode == :delete
        extra = outputs.reject { |name| takes?(name, mode) }
        refuse_extra(outputs, extra, from) if extra.any? && known
        outputs -= extra
        refuse_missing_key(outputs)
        refuse_wider_key if %i[upsert insert_only mirror].include?(mode) && !@line.callbacks
        refuse_unset(outputs) if known && !%i[update_only delete].include?(mode)
        outputs
      end

      private

      def name_of_writer(mode)
        writes = {mirror: "guarded upsert", delete: "delete"}.fetch(mode, "guarded #{mode}")
        case writer_class.name[/\w+\z/]
        when "CopyWriter" then "copy into a temporary table, then one #{writes}"
        when "DoorWriter" then "door: statements prepared by SQLite and bound in Rust, #{writes}"
        when "TableWriter" then "statements: several rows each into a temporary table, then #{writes}"
        when "ModelWriter" then "model: row by row through #{@table.model.name}, with its callbacks"
        else "statements: several rows each, #{writes}"
        end
      end

      # What is no column can be assigned where rows go through the model: a password, a nickname. By a key that the
      # database generates rows may be found.
      def takes?(name, mode)
        column = @table.column(name)
        return !column.generated || (mode == :update_only && @key.include?(name)) if column

        @line.callbacks && @table.model.method_defined?(:"#{name}=")
      end

      def writer_class
        return ModelWriter if @line.callbacks

        @writer_class ||= case dialect
        when :postgresql then Postgresql::CopyWriter
        when :sqlite then (door? && @line.mode != :delete) ? Sqlite::DoorWriter : StatementWriter
        when :mysql then Mysql::TableWriter
        else StatementWriter
        end
      end

      def door?
        @door = @table.with_connection { |connection| SqliteDoor.read(connection) { |door| !door.nil? } } if @door.nil?
        @door
      end
    end
  end
end
