# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Who has written to a table, and not ended yet.
      class Writers
        # What a transaction holds to its end once it has written a row.
        MODES = %w[RowExclusiveLock ShareRowExclusiveLock ExclusiveLock AccessExclusiveLock].freeze
        private_constant :MODES

        # @param table [Table]
        def initialize(table)
          @table = table
        end

        # In one statement, so that the row is of a snapshot which is older than the look at the locks.
        # @param last [String] SQL of a position, one JSON array
        # @return [Sighting, nil] nil where there is no row
        # @raise [Error] inside a transaction that sees nothing new
        def sight(last)
          upto, open, boot, isolation = row("SELECT (#{last}), #{open_sql}, #{BOOT}, current_setting('transaction_isolation')")
          refuse_old_snapshot(isolation)
          Sighting.new(upto: JSON.parse(upto), writers: JSON.parse(open), boot:) if upto
        end

        # @return [Array] the open ones, and when the server was started
        def look
          open, boot = row("SELECT #{open_sql}, #{BOOT}")
          [JSON.parse(open), boot]
        end

        # @param transactions [Array<String>]
        # @return [Array<String>] what there is to say of each
        def describe(transactions)
          return [] if transactions.empty?

          @table.with_connection do |connection|
            names = transactions.map { |name| connection.quote(name) }.join(", ")
            connection.select_rows(format(DESCRIPTIONS, names:), "ActiveDataFlow horizon").map { |values| described(*values) }
          end
        end

        BOOT = "pg_postmaster_start_time()::text"
        DESCRIPTIONS = <<~SQL
          SELECT DISTINCT l.pid, a.application_name, a.usename, a.state, to_char(a.xact_start, 'HH24:MI:SS'), to_char(a.query_start, 'HH24:MI:SS'), p.gid
          FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
          LEFT JOIN pg_locks t ON t.virtualtransaction = l.virtualtransaction AND t.locktype = 'transactionid'
          LEFT JOIN pg_prepared_xacts p ON p.transaction = t.transactionid
          WHERE l.virtualtransaction IN (%<names>s) AND l.locktype = 'relation'
        SQL
        private_constant :BOOT, :DESCRIPTIONS

        private

        def row(sql) = @table.with_connection { |connection| connection.uncached { connection.select_rows(sql, "ActiveDataFlow horizon").first } }

        def open_sql
          modes = MODES.map { |mode| "'#{mode}'" }.join(", ")
          <<~SQL
            (SELECT coalesce(json_agg(DISTINCT l.virtualtransaction), '[]')::text FROM pg_locks l
             WHERE l.locktype = 'relation' AND l.granted AND l.mode IN (#{modes}) AND l.pid IS DISTINCT FROM pg_backend_pid()
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.relation IN (#{relations_sql}))
          SQL
        end

        # The table, what it is a part of, and its parts: a row may come by any of these.
        def relations_sql
          table = @table.with_connection { |connection| "#{connection.quote(@table.quoted_name)}::regclass::oid" }
          <<~SQL
            WITH RECURSIVE above(oid) AS (SELECT #{table} UNION SELECT i.inhparent FROM pg_inherits i JOIN above ON i.inhrelid = above.oid),
              below(oid) AS (SELECT #{table} UNION SELECT i.inhrelid FROM pg_inherits i JOIN below ON i.inhparent = below.oid)
            SELECT oid FROM above UNION SELECT oid FROM below
          SQL
        end

        def described(pid, application, user, state, since, query_since, gid)
          return "a prepared transaction #{gid.inspect}" if pid.nil?

          who = [application, user].compact.reject(&:empty?).join(", user ")
          "pid #{pid} (#{[who, state, since && "open since #{since}", query_since && "last statement at #{query_since}"].compact.reject(&:empty?).join(", ")})"
        end

        # A snapshot that is as old as the transaction would not show what has been committed since.
        def refuse_old_snapshot(isolation)
          return if isolation == "read committed" || !@table.with_connection(&:transaction_open?)

          raise Error, "read :new and read :changed have to see what others commit while they wait, and this thread is inside a transaction " \
            "of isolation level #{isolation}. Run the flow outside of it."
        end
      end
    end
  end
end
