# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # The marks of runs in a database that they write into and are not kept in: one for each flow and its arguments. The same
      # statements for each database, but for what a server is told of a session that may stand still.
      class Marks
        LABEL = "ActiveDataFlow mark"
        # A mark as it is.
        Mark = Data.define(:run_id, :born, :fence, :token, :commits, :cursor, :state)
        TABLE = Columns::MARKS_TABLE
        # Of another run, which was before this one: numbers have as many digits or less, keys of another kind are in the order of time.
        OLDER = "(LENGTH(run_id) < LENGTH(:run_id) OR (LENGTH(run_id) = LENGTH(:run_id) AND run_id < :run_id))"
        SAME = "(run_id = :run_id AND born = :born)"
        # What a commit is guarded by, a part each: none can be left out, as a spec shows for each.
        GUARDS = {identity: "identity = :identity", fence: "fence = :fence", token: "token = :token", commits: "commits = :known"}.freeze
        private_constant :LABEL, :OLDER, :SAME

        # @param database [ActiveRecord::Database]
        # @return [Marks] of its kind
        def self.for(database) = ((database.kind == :postgresql) ? MarksOnPostgreSQL : self).new(database)

        # @param database [ActiveRecord::Database]
        def initialize(database)
          @database = database
        end

        # P13: of an older run, or by an older claim of the same one.
        # @param identity [String] see {Marking#identity}
        # @param claim [Claim] the newest
        # @param run [Hash] :flow_name, :run_id, :born and :state, for a mark that was another run's
        # @return [Mark, nil] nil when there is none, or a newer one; else it is this claim's
        def take(identity, claim, **run)
          @database.transaction do |connection, alone|
            bounded(connection, claim.lease_seconds) if alone
            found(connection, identity) if updated?(connection, set_taken, "identity = :identity AND (#{OLDER} OR (#{SAME} AND fence < :fence))",
              **values(identity, claim, run))
          end
        end

        # @return [Mark, nil]
        def find(identity) = @database.with_connection { |connection| found(connection, identity) }

        # Makes one that anybody can take, where there is none.
        def add(identity, claim, **run)
          row = values(identity, claim, run).slice(:identity, :flow_name, :run_id, :born, :commits, :cursor, :state, :now).merge(fence: 0)
          alone_or_undone do |connection|
            names = [*row.keys.map { |name| column(connection, name) }, "updated_at"].map { |name| (name == "now") ? "created_at" : name }
            connection.insert(bound(connection, "INSERT INTO #{TABLE} (#{names.join(", ")}) VALUES (#{row.keys.map { |name| ":#{name}" }.join(", ")}, :now)", row), LABEL)
          end
        rescue => error
          raise unless @database.taken?(error)
        end

        # Gives a mark up that was another run's which is unknown where the runs are kept, if it is still as it was seen.
        # @param seen [Mark]
        def forget(identity, seen, claim, **run)
          @database.with_connection do |connection|
            updated?(connection, set_forgotten, "identity = :identity AND run_id = :seen_run AND fence = :seen_fence",
              **values(identity, claim, run), seen_run: seen.run_id, seen_fence: seen.fence)
          end
        end

        # P3: the fence, the rows, COMMIT.
        # @param to [String, nil] the cursor afterwards
        # @param state [String] JSON, as it will probably be
        # @yieldparam connection inside the transaction, after the fence
        # @yieldreturn [String, nil] the state, where it came otherwise
        # @raise [LeaseLost] when the claim is not the newest; nothing was written
        def commit(identity, claim, to:, state:)
          @database.transaction do |connection, alone|
            values = {identity:, fence: claim.fence, token: claim.token, known: claim.commits, to:, state:, now: Time.now.utc}
            updated?(connection, "commits = commits + 1, #{set_state}", "#{guards}#{standing_still(connection, claim, identity, alone)}", **values) or raise lost(claim)
            came = yield(connection)
            updated?(connection, set_state, GUARDS[:identity], **values, state: came) if came
          end
        end

        # Another state of the same commit, as long as nobody else has the mark.
        def tidy(identity, claim, state)
          @database.with_connection do |connection|
            updated?(connection, "state = :state", "identity = :identity AND fence = :fence AND token = :token", identity:, fence: claim.fence, token: claim.token, state:)
          end
        end

        # @return [String, nil] what {#replay} was given last
        def replayed(identity)
          @database.with_connection { |connection| connection.select_value(bound(connection, "SELECT replayed FROM #{TABLE} WHERE identity = :identity", {identity:}), LABEL) }
        end

        # Writes a row that was put aside, unless it is that which was written last.
        # @param what [String] the reject, and what it is now
        # @yieldparam connection inside the transaction
        # @return [true]
        def replay(identity, what)
          @database.transaction do |connection|
            new = updated?(connection, "replayed = :what", "identity = :identity AND (replayed IS NULL OR replayed <> :what)", identity:, what:)
            yield(connection) if new || found(connection, identity).nil?
          end
          true
        end

        # @return [Boolean] whether a lock did not come in time
        def busy?(error) = @database.busy?(error)

        # Ends a session that stands still inside a commit: where that can be told.
        # @return [Integer] how many were ended
        def break_lock(_identity, _seconds) = 0

        private

        def lost(claim) = LeaseLost.new("#{claim}: another worker has its mark (this one had fence #{claim.fence}, commits #{claim.commits}); nothing of the open batch was written")

        def guards = GUARDS.values.join(" AND ")

        # In this order: MySQL reads from left to right. The claim's values are for a mark that was another run's.
        def set_taken
          kept = %i[commits cursor state].map { |name| ":column_#{name} = CASE WHEN #{SAME} THEN :column_#{name} ELSE :#{name} END" }
          "#{kept.join(", ")}, run_id = :run_id, born = :born, fence = :fence, token = :token, updated_at = :now"
        end

        def set_forgotten
          ":column_commits = :commits, :column_cursor = :cursor, :column_state = :state, run_id = :run_id, born = :born, fence = 0, token = NULL, updated_at = :now"
        end

        def set_state = ":column_cursor = :to, :column_state = :state, updated_at = :now"

        def values(identity, claim, run)
          {identity:, fence: claim.fence, token: claim.token, commits: claim.commits, cursor: claim.cursor, now: Time.now.utc, **run}
        end

        def updated?(connection, set, where, **values)
          connection.update(bound(connection, "UPDATE #{TABLE} SET #{set} WHERE #{where}", values), LABEL) == 1
        end

        # A column may be a word of the database's own.
        def bound(connection, sql, values)
          sql.gsub(Statement::PLACE) { |place| place.start_with?(":column_") ? column(connection, $1.delete_prefix("column_")) : connection.quote(values.fetch($1.to_sym)) }
        end

        def column(connection, name) = (name.to_s == "cursor") ? connection.quote_column_name(name) : name.to_s

        def found(connection, identity)
          sql = "SELECT run_id, born, fence, token, commits, :column_cursor, state FROM #{TABLE} WHERE identity = :identity"
          row = connection.exec_query(bound(connection, sql, {identity:}), LABEL).rows.first
          row && Mark.new(*row)
        end

        # A key that is taken would end the application's transaction on PostgreSQL, if one is open.
        def alone_or_undone(&) = @database.inside_transaction? ? @database.transaction(&) : @database.with_connection(&)

        # How long this transaction waits, and may stand still, where a server can be told.
        def bounded(_connection, _seconds) = nil

        def standing_still(_connection, _claim, _identity, _alone) = ""
      end

      # The same with what PostgreSQL does about sessions that stand still.
      class MarksOnPostgreSQL < Marks
        # Ends the session that stands still inside a commit of this mark.
        def break_lock(identity, seconds)
          mark = find(identity) or return 0
          sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name " \
            "AND xact_start < clock_timestamp() - 2 * :seconds * interval '1 second'"
          values = {name: session(identity, mark.fence), seconds:}
          @database.with_connection { |connection| connection.exec_query(bound(connection, sql, values), LABEL).rows.size }
        end

        private

        def session(identity, fence) = "adf:#{identity[0, 32]}:#{fence}"

        def bounded(connection, seconds)
          ms = connection.quote(Integer(seconds * 1000).to_s)
          connection.exec_query("SELECT set_config('lock_timeout', #{ms}, true), set_config('idle_in_transaction_session_timeout', #{ms}, true)", LABEL)
        end

        # The settings live as long as the transaction, and cost no trip of their own.
        def standing_still(connection, claim, identity, alone)
          return "" unless alone

          " AND #{PostgreSQL.settings(connection, (claim.lease_seconds * 1000).to_s.then { |ms| connection.quote(ms) }, connection.quote(session(identity, claim.fence)))} IS NOT NULL"
        end
      end
    end
  end
end
