# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # The run stores of the databases that this program is connected to: one for each pool whose tables are there.
    module Stores
      TABLE = "active_data_flow_data_flow_runs"
      private_constant :TABLE
      @stores = {}.compare_by_identity
      @marks = {}.compare_by_identity
      @lock = Mutex.new

      class << self
        # @param model [Class, nil] whose database; nil: the program's own
        # @return [RunStore::SQL, nil] nil where {ActiveDataFlow.prepare_database!} has not been called
        # @raise [ConfigurationError] where moments are kept in local time
        def for(model)
          owner = model || Object.const_get(ActiveRecordIfThere.record_class)
          pool = pool_of(owner, model) or return
          Database.refuse_local_time
          @lock.synchronize { @stores[pool] } || found(owner, pool)
        end

        # @param table [Table] of another database than the runs'
        # @return [RunStore::SQL::Marks, nil] nil where {ActiveDataFlow.prepare_marks!} has not been called for that one
        def marks(table)
          pool = table.pool
          @lock.synchronize { @marks[pool] } || pool.with_connection do |connection|
            next unless connection.data_source_exists?(RunStore::Columns::MARKS_TABLE)

            @lock.synchronize { @marks[pool] ||= RunStore::SQL::Marks.for(table.database) }
          end
        end

        # @param (see ActiveRecordIfThere.marks)
        # @raise [ConfigurationError] always
        def refuse_marks(table, label, store)
          raise ConfigurationError, "#{label} writes #{table.name} in #{named(table.pool)}, and its runs are kept in #{named(store.pool)}. So that no crash " \
            "between the two loses or doubles a row, the first has to have the table #{RunStore::Columns::MARKS_TABLE}. #{marks_remedy(table)}"
        end

        # What is rolled back around a flow goes with the run only where that is in the same transaction, or in one that is open, too.
        # Transactional fixtures open one in every database.
        # @param (see ActiveRecordIfThere.marks)
        # @raise [Error] where a transaction is open in the sink's database, and none in the runs'
        def refuse_halfway(table, label, store)
          pool = table.pool
          return if store.pool.nil? || pool.equal?(store.pool) || Database.pinned?(pool) || !table.database.inside_transaction? || store.inside_transaction?

          raise Error, "#{label} writes #{table.name} in #{named(pool)}, where a transaction is open, and its runs are kept in #{named(store.pool)}, where none is. " \
            "If the first is rolled back, its rows are gone, and the run says that they are there. Start the flow outside of that transaction"
        end

        private

        def named(pool) = pool.db_config.database || pool.db_config.name

        def marks_remedy(table)
          return format(ActiveRecordIfThere.without_marks, database: table.pool.db_config.name) if ActiveRecordIfThere.without_marks

          owner = table.model.ancestors.grep(Class).reverse.find { |one| one <= ::ActiveRecord::Base && one.connection_pool.equal?(table.model.connection_pool) }
          place = table.place.map { |name, value| ", #{name}: #{value.inspect}" }.join
          "Write: ActiveDataFlow.prepare_marks!(#{owner.name}#{place})"
        end

        # A program may have none. One that has a server that does not answer has one all the same.
        def pool_of(owner, needed)
          owner.connection_pool
        rescue ::ActiveRecord::ConnectionNotEstablished
          raise if needed

          nil
        end

        def found(model, pool)
          return unless pool.with_connection { |connection| there?(connection) }

          store = RunStore::SQL.for(Database.new(model))
          @lock.synchronize { @stores[pool] ||= store }
        end

        # What a version before this one has made may lack columns, which no run can do without.
        def there?(connection)
          return false unless connection.data_source_exists?(TABLE)

          RunStore::Columns::TABLES.each do |table, columns|
            missing = columns.keys.map(&:name) - connection.columns(table).map(&:name)
            raise ConfigurationError, "#{table} lacks #{missing.join(", ")}, which this version of active_data_flow keeps there. #{ActiveRecordIfThere.remedy}" if missing.any?
          end
          true
        end
      end
    end
  end
end
