# frozen_string_literal: true

require "operations"
require "active_data_flow/active_record"
require "active_data_flow/run_store/renewer"
require "active_data_flow/rails/after_commit"
require_relative "columns"
require_relative "active_record/schema"
require_relative "active_record/statement"
require_relative "active_record/writes"
require_relative "active_record/dialect"
require_relative "active_record/mysql"
require_relative "active_record/dispatching"
require_relative "active_record/statements"
require_relative "active_record/data_column"
require_relative "active_record/row"
require_relative "active_record/guards"
require_relative "active_record/leases"
require_relative "active_record/participants"
require_relative "active_record/setup"
require_relative "active_record/outcomes"
require_relative "active_record/writing"
require_relative "active_record/claiming"
require_relative "active_record/transactions"

module Operations
  module Storage
    # Tasks in the table `operations_tasks`, by ActiveRecord's connections: shared by processes, safe when they die.
    #
    #   ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: "app.sqlite3")
    #   ActiveDataFlow.prepare_database!
    #   Operations.storage = Operations::Storage::ActiveRecord.new
    #
    # A transition is one guarded statement, prepared, without models and callbacks. A table of the gem's ancestor is read
    # and written as it is; {ActiveDataFlow.prepare_database!} adds what it lacks to all the promises.
    class ActiveRecord < Base
      include Outcomes
      include Writing
      include Claiming
      include Transactions
      include Dispatching

      AT_ONCE = 1000
      private_constant :AT_ONCE

      # @return [ActiveDataFlow::ActiveRecord::Database]
      attr_reader :database
      # @return [Numeric] seconds after which the task of a process that died is found; renewed while it lives
      attr_reader :lease_seconds
      # @return [Numeric] seconds after which a handler that has stored nothing counts as hung, and its task as left behind
      attr_reader :handler_timeout
      # @return [ActiveDataFlow::RunStore::Clock] of the leases, which specs move
      attr_reader :clock

      # Touches no database: the first task does.
      # @param connection_class [Class] whose database it is
      def initialize(connection_class: ::ActiveRecord::Base, lease_seconds: 60, handler_timeout: 3600)
        super()
        @database = ActiveDataFlow::ActiveRecord::Database.new(connection_class)
        @lease_seconds = lease_seconds
        @handler_timeout = handler_timeout
        @clock = ActiveDataFlow::RunStore::Clock.new
        @leases = Leases.new(self)
        @lock = Mutex.new
        @setup = nil
      end

      # (see Base#find)
      def find(id)
        id = setup.schema.key(id)
        id && list("id = :id", id:).first
      end

      # (see Base#find_now)
      def find_now(id)
        id = setup.schema.key(id)
        id && ask(:now, "id = :id", id:).map { |row| setup.rows.task(row) }.first
      end

      # @param ids [Array<Integer, String>]
      # @return [Array<Operations::Task>] those that there are, in the order they were made
      def find_all(ids)
        ids = ids.filter_map { |id| setup.schema.key(id) }
        ids.empty? ? [] : among { |connection| quoted(connection, ids) }
      end

      # (see Base#sleeping_tasks)
      def sleeping_tasks(task_class = nil)
        now = Clock.now_us
        values = {now: Row.moment(now), dead: dead_before(now)}
        ask(:due, of_class(task_class), **values).filter_map { |row| restored_or_logged(row) }
      end

      # (see Base#sub_tasks_of)
      def sub_tasks_of(task) = task.id ? list("parent_id = :parent", parent: setup.schema.key(task.id)) : []

      # (see Base#count_sub_tasks)
      def count_sub_tasks(task, statuses = nil)
        codes = (statuses || Machine::CODES.keys).map { |status| Machine::CODES.fetch(status) }
        ask(:count, "parent_id = :parent AND task_status IN (#{codes.join(", ")})", parent: setup.schema.key(task.id)).first.first
      end

      # (see Base#all)
      def all(task_class = nil) = list("1 = 1#{of_class(task_class)}")

      # (see Base#each)
      def each(task_class = nil)
        return enum_for(:each, task_class) unless block_given?

        ask(:ids, "1 = 1#{of_class(task_class)}", order).each do |id,|
          task = find(id)
          yield task if task
        end
        self
      end

      # (see Base#tasks_of)
      def tasks_of(model, attribute_name = nil)
        return super unless setup.schema.participants?

        among { |connection| setup.participants.tasks_of(connection, model, attribute_name) }
      end

      # (see Base#forget)
      def forget(model)
        with_connection { |connection| setup.participants.forget(connection, model) } if setup.schema.participants?
      end

      # (see Base#delete)
      def delete(id)
        id = setup.schema.key(id)
        !id.nil? && together { |connection| delete_rows(connection, [id]) } == 1
      end

      # (see Base#delete_old)
      # @param limit [Integer, nil] about how many at most
      def delete_old(task_class = nil, before:, limit: nil)
        values = {before: Row.moment(_moment_us(before))}
        deleted = 0
        Kernel.loop do
          count = together do |connection|
            delete_rows(connection, setup.statements[:old, of_class(task_class), AT_ONCE].rows(connection, values).flatten)
          end
          deleted += count
          return deleted if count < AT_ONCE || (limit && deleted >= limit)
        end
      end

      # A UUID, where the table's ids are none of the database's own numbers.
      # (see Base#new_id)
      def new_id = (ActiveDataFlow::Native.uuid(Random.urandom(16)) unless setup.schema.integer_ids?)

      # (see Base#after_commit)
      def after_commit(&) = ActiveDataFlow::AfterCommit.call(&)

      # (see Base#keeps_versions?)
      def keeps_versions? = true

      # With the whole text of a GlobalID, where the model has one: it is stored as it is.
      # (see Base#serialise_model)
      def serialise_model(model)
        return super unless defined?(::GlobalID::Identification) && ::GlobalID.app && ::GlobalID::Identification === model && model.id

        DataColumn.reference(model.to_global_id.to_s)
      end

      # (see Base#deserialise_model)
      def deserialise_model(data, class_name)
        return super unless data && data[:gid] && defined?(::GlobalID::Locator)

        ::GlobalID::Locator.locate(data[:gid])
      rescue ::ActiveRecord::RecordNotFound
        nil
      end

      private

      # The database is looked at once: its tables have to be there before. No lock is held meanwhile, for which somebody might wait
      # whose transaction, or connection, is what the look waits for.
      def setup
        @setup || Setup.new(self).then { |made| @lock.synchronize { @setup ||= made } }
      end

      # What the database gives up for others' sake is begun again.
      def with_connection(&) = database.begun_again(patient: true) { database.with_connection(&) }

      def ask(statement, *variant, **values)
        with_connection { |connection| setup.statements[statement, *variant].rows(connection, values) }
      end

      def list(where, **values) = ask(:list, where, order, **values).map { |row| setup.rows.task(row) }

      # @yieldreturn [String] ids, in SQL
      def among
        rows = database.with_connection { |connection| connection.exec_query("#{setup.statements.select("id IN (#{yield connection})")} ORDER BY #{order}").rows }
        rows.map { |row| setup.rows.task(row) }
      end

      def quoted(connection, values) = values.map { |value| connection.quote(value) }.join(", ")

      # In which they were made.
      def order = setup.schema.integer_ids? ? "id" : "created_at, id"

      # A task that cannot be read back, of a class that is gone, must not keep all the others asleep.
      def restored_or_logged(row)
        setup.rows.task(row)
      rescue Error => error
        Operations.logger.error("task #{row.first} is due, but cannot be woken: #{error.message}")
        nil
      end

      # @return [String] a further condition, or none
      def of_class(task_class)
        return "" unless task_class

        names = Registry.names_below(task_class)
        return " AND 1 = 0" if names.empty?

        " AND #{setup.statements.dialect.exactly("type")} IN (#{database.with_connection { |connection| names.map { |name| connection.quote(name) } }.join(", ")})"
      end

      # The old foreign keys have no ON DELETE: what points to a task goes, or is let go, before it.
      def delete_rows(connection, ids)
        return 0 if ids.empty?

        list = quoted(connection, ids)
        setup.participants.delete(connection, list)
        connection.exec_update("UPDATE #{Columns::TASKS} SET parent_id = NULL WHERE parent_id IN (#{list})")
        connection.exec_delete("DELETE FROM #{Columns::TASKS} WHERE id IN (#{list})").tap { ids.each { |id| @leases.drop(id) } }
      end
    end
  end
end
