# frozen_string_literal: true

require_relative "failure"
require_relative "lock"
require_relative "statement"
require_relative "statements"
require_relative "writer"

module ActiveDataFlow
  module Sqlite
    # A way into a connection of the sqlite3 gem, for one run: open it, use it, close it. It uses the connection and
    # nothing else, so its rows are in the transaction that the program has open there, and go when that is rolled back.
    #
    #   Door.open(raw) do |door|
    #     door.read("SELECT id, name FROM people WHERE id > ? ORDER BY id LIMIT ?", [0, 1_000], batch, 1_000)
    #   end
    class Door
      class << self
        # @param raw [::SQLite3::Database]
        # @yieldparam door [Door, nil] closed afterwards
        # @return [Door, nil] nil when SQLite does not let us in, see {refusal}; with a block what the block returns
        def open(raw)
          door = Lock.new(raw).open { |call, connection| new(raw, call, connection) }
          return door unless block_given?

          begin
            yield door
          ensure
            door&.close
          end
        end

        # @return [String, nil] why {open} returns nil for this connection
        def refusal(raw)
          lock = Lock.new(raw)
          lock.open { |call, _| call.close }
          lock.refusal
        end
      end

      private_class_method :new

      # @api private
      def initialize(raw, call, connection)
        @raw = raw
        @call = call
        @connection = connection
        @opened = []
        @closed = false
      end

      # @param sql [String] one statement
      # @yieldparam statement [Statement] closed afterwards
      # @return [Statement] with a block what the block returns
      def prepare(sql)
        statement = keep(Statement.new(self, @connection.prepare(call, sql)))
        return statement unless block_given?

        begin
          yield statement
        ensure
          close_one(statement)
        end
      end

      # Runs a query and adds its rows to a batch with as many columns.
      # @param values [Array<nil, true, false, Integer, Float, String>] of the query's question marks
      # @param limit [Integer] no more rows than this are taken
      # @return [Integer] how many were added
      def read(sql, values, batch, limit)
        prepare(sql) { |statement| statement.read(values, batch, limit) }
      end

      # Prepares the statements of a mode. They take the columns in order: `?1` is the first of them, in each statement.
      # @param mode [Symbol] :insert, :insert_only, :upsert or :update_only
      # @param columns [Array<Symbol, String>] outputs of the batches
      # @param insert [String, nil] needed by all modes but :update_only; {Statements} makes the three
      # @param update [String, nil] needed by :update_only; without it an :upsert leaves rows that are there unchanged
      # @param probe [String, nil] needed by :update_only: a query that finds the row by its key
      # @return [Writer]
      def writer(mode, columns, insert: nil, update: nil, probe: nil)
        keep(Writer.new(self, Native::SqliteWriter.new(@connection, call, mode, columns, insert, update, probe)))
      end

      # @return [Boolean] whether the connection has a transaction open
      def transaction?
        call
        @connection.transaction?
      end

      # Ends all its statements. The connection stays as it is.
      # @return [void]
      def close
        @opened.each(&:finish)
        @opened.clear
        @closed = true
        @call.close if @connection.free? && !@call.closed?
      end

      # @return [Boolean]
      def closed? = @closed || @call.closed?

      # The gem's statement inside which all work is done.
      # @api private
      def call
        reason = @connection.refusal || shut
        return @call unless reason

        close
        raise Error, reason
      end

      # @api private
      def close_one(opened)
        opened.finish
        @opened.delete(opened)
      end

      private

      def keep(opened) = opened.tap { @opened << opened }

      def shut
        return "this door to SQLite is closed; open one for each run" if closed?
        return unless @raw.closed?

        "the connection behind this door to SQLite is closed. Open a new door for each run, and none across a reconnect"
      end
    end
  end
end
