# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What the databases spell in their own ways. Leases are dated by the server, since workers' clocks differ.
      class Dialect
        # @return [Boolean] whether tasks can be kept in that kind of database
        def self.serves?(kind) = %i[sqlite postgresql].include?(kind)

        # @param clock [ActiveDataFlow::RunStore::Clock]
        # @return [Dialect] of that kind of database
        # @raise [Error] for one that is not served
        def self.for(kind, clock)
          classes = {sqlite: SQLite, postgresql: PostgreSQL}
          (classes[kind] || raise(Error, "tasks can be kept in SQLite and PostgreSQL, not in #{kind} yet. Give the storage a class that is connected to " \
            "one of those: Operations.storage = Operations::Storage::ActiveRecord.new(connection_class: TasksRecord)")).new(clock)
        end

        # @return [ActiveDataFlow::RunStore::Clock]
        attr_reader :clock

        def initialize(clock) = @clock = clock

        # @param sql [String] with `:name` for its values
        # @return [Statement]
        def statement(sql) = sent_by.new(sql, "Operations task") { |number| place(number) }

        # @return [String] a WHERE that names one row, if it is free and fits
        def one(where) = "id = :id AND (#{where})"

        # @return [String] an expression of a moment, where its type cannot be seen from its place
        def moment(expression) = expression

        # @return [String] a condition that lets this one commit come before its disk's flush
        def unflushed = nil

        # @return [Boolean] whether the database takes turns among those who write, and so among transactions
        def one_writer? = false

        # @return [Hash] what the configuration of a connection for renewals has of its own
        def beside = {}

        # @param moment [String] an expression
        # @return [String] an expression of seconds
        def seconds_since(moment) = "EXTRACT(EPOCH FROM (#{now} - (#{moment})))"

        # @return [String] the expression in the middle, within the two bounds
        def within(least, expression, most) = "LEAST(#{most}, GREATEST(#{least}, #{expression}))"

        # @return [String] what locks the rows that a SELECT names, passing over those that others hold
        def lock = ""
      end

      # A file has one writer.
      class SQLite < Dialect
        include ActiveDataFlow::RunStore::Moments::SQLite

        LOCK_WAIT_MS = 1000
        private_constant :LOCK_WAIT_MS

        def place(number) = "?#{number}"

        def one_writer? = true

        # @return [Class] of {Statement}, which sends by the driver's own way
        def sent_by = Statement::SQLite

        def beside = {timeout: LOCK_WAIT_MS}

        def seconds_since(moment) = "(julianday(#{now}) - julianday(#{moment})) * 86400"

        def within(least, expression, most) = "MIN(#{most}, MAX(#{least}, #{expression}))"
      end

      # Row locks: who holds one is at work on the row, so a claim passes over it.
      class PostgreSQL < Dialect
        include ActiveDataFlow::RunStore::Moments::PostgreSQL

        def place(number) = "$#{number}"

        # (see SQLite#sent_by)
        def sent_by = Statement::PostgreSQL

        def one(where) = "id = (SELECT id FROM #{Columns::TASKS} WHERE id = :id AND (#{where}) FOR UPDATE SKIP LOCKED)"

        def moment(expression) = "CAST(#{expression} AS timestamp)"

        # For this statement alone: nothing is left on the session.
        def unflushed = "set_config('synchronous_commit', 'off', true) IS NOT NULL"

        def lock = " FOR UPDATE SKIP LOCKED"
      end
    end
  end
end
