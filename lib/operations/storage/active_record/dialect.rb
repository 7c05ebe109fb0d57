# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What the databases spell in their own ways. Leases are dated by the server, since workers' clocks differ.
      class Dialect
        # @param clock [ActiveDataFlow::RunStore::Clock]
        # @return [Dialect] of that kind of database
        def self.for(kind, clock) = {sqlite: SQLite, postgresql: PostgreSQL, mysql: MySQL}.fetch(kind).new(clock)

        # @return [ActiveDataFlow::RunStore::Clock]
        attr_reader :clock

        def initialize(clock) = @clock = clock

        # @param form [Insert, Change, String] with `:name` for its values
        # @return [Statement]
        def statement(form) = sent_by.new(sql(form), Statement::LABEL) { |number| place(number) }

        # @return [String] an expression: the id of the parent, NULL where that was deleted
        def parent = "(SELECT parent.id FROM #{Columns::TASKS} parent WHERE parent.id = :parent)"

        # @return [String] the column as it is compared with texts, of which two that differ are never the same
        def exactly(column) = column

        # @return [String] what a SELECT of one row ends with that is to see what others have committed
        def as_it_is_now = ""

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

        private

        def sql(form)
          case form
          when Insert then "#{form.sql} ON CONFLICT DO NOTHING RETURNING id"
          when Change then "#{form.sql} WHERE #{condition(form)} RETURNING #{form.returning}"
          else form
          end
        end

        def condition(change) = (change.rows == :some) ? "id IN (#{change.ids})" : change.where
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

        def moment(expression) = "CAST(#{expression} AS timestamp)"

        # For this statement alone: nothing is left on the session.
        def unflushed = "set_config('synchronous_commit', 'off', true) IS NOT NULL"

        private

        def condition(change)
          return change.where if change.rows == :one

          "id #{(change.rows == :free) ? "=" : "IN"} (#{change.ids} FOR UPDATE SKIP LOCKED)"
        end
      end
    end
  end
end
