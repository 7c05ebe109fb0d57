# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL
      # Row locks: claims, renewals and the sweep pass over a row whose commit is open. READ COMMITTED.
      class PostgreSQL < SQL
        include Moments::PostgreSQL

        # Since when a server looks, during a statement, whether its client is still there.
        CHECKS_CLIENTS = 140_000
        private_constant :CHECKS_CLIENTS

        # What a session is told that may stand still in a transaction, and the name by which it is found then.
        # @param milliseconds [String] an expression
        # @param name [String] an expression
        # @return [String] an expression that is never NULL
        def self.settings(connection, milliseconds, name)
          parts = ["set_config('idle_in_transaction_session_timeout', #{milliseconds}, true)", "set_config('application_name', #{name}, true)"]
          parts << "set_config('client_connection_check_interval', '1000', true)" if connection.database_version >= CHECKS_CLIENTS
          "(#{parts.join(" || ")})"
        end

        # (see Base#renew)
        def renew(claims)
          tokens = claims.map(&:token)
          return [] if tokens.empty?

          database.own_connection do |connection|
            mine = listed(connection, tokens)
            free = "SELECT id FROM #{Statements::RUNS} WHERE token IN (#{mine}) AND status = 'in_progress' FOR UPDATE SKIP LOCKED"
            ask(connection, "UPDATE #{Statements::RUNS} SET lease_until = #{later("lease_seconds")} WHERE id IN (#{free})")
            # What is still there and was passed over is locked: its open commit is its lease.
            there = ask(connection, "SELECT token FROM #{Statements::RUNS} WHERE token IN (#{mine}) AND status = 'in_progress'")
            tokens - there.map { |row| row["token"] }
          end
        end

        # Ends the session that stands still inside a commit of this run, which keeps it from being claimed.
        # @param row [Row] as it is now
        # @return [Integer] how many sessions were ended
        def break_lock(row)
          sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name " \
            "AND xact_start < clock_timestamp() - 2 * :seconds * interval '1 second'"
          return 0 if row.finished? || row.token.nil?

          database.apart { |connection| ask(connection, sql, name: "adf:#{row.id}:#{row.fence}", seconds: row.lease_seconds).size }
        end

        private

        def change_unlocked(connection, set, where, columns = "id", **values)
          change(connection, set, "id = (SELECT id FROM #{Statements::RUNS} WHERE #{where} FOR UPDATE SKIP LOCKED)", columns, **values)
        end

        def briefly
          database.own_connection do |connection|
            connection.execute("SET lock_timeout = '1s'")
            yield connection
          end
        end

        # The settings live as long as the transaction and cost no trip of their own. In a transaction of the application's
        # they would outlive the commit, so there are none.
        def fence(connection, claim, set, alone, columns, **values)
          where = alone ? "#{guards} AND #{settings(connection)} IS NOT NULL" : guards
          change_often(connection, set, where, columns, **holder(claim), known: claim.commits, **values)
        end

        def place(number) = "$#{number}"

        def settings(connection) = self.class.settings(connection, "(lease_seconds * 1000)::text", "'adf:' || id || ':' || fence")

        def wait_at_most(connection, seconds)
          ask(connection, "SELECT set_config('lock_timeout', :ms, true)", ms: (seconds * 1000).to_s)
        end

        # Within the statement that takes the lock, as with a commit.
        def standing_still(alone) = alone ? " AND set_config('idle_in_transaction_session_timeout', :ms, true) IS NOT NULL" : ""
      end
    end
  end
end
