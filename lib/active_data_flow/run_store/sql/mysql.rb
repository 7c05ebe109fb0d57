# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL
      # InnoDB. No RETURNING: an UPDATE is followed by a look at the row, which it has locked. A deadlock takes
      # the whole transaction with it, which is begun again.
      class MySQL < SQL
        include Moments::MySQL

        # (see Base#renew)
        def renew(claims)
          briefly { |connection| claims.reject { |claim| renewed?(connection, claim) }.map(&:token) }
        end

        private

        def begun_again(&) = database.begun_again(&)

        def held_up?(error) = database.busy?(error)

        def renewed?(connection, claim)
          change(connection, "lease_until = #{later("lease_seconds")}", "#{Statements::HELD} AND status = 'in_progress'", **holder(claim))
        rescue => error
          raise unless database.busy?(error)

          true
        end

        # The clients that ActiveRecord uses count the rows that were matched, not those that were changed.
        def change(connection, set, where, columns = "id", **values)
          table = "#{Statements::RUNS} FORCE INDEX (PRIMARY)"
          return if connection.update(bind(connection, "UPDATE #{table} SET #{set} WHERE #{where}", values), "ActiveDataFlow run").zero?

          ask(connection, "SELECT #{columns} FROM #{Statements::RUNS} WHERE id = :id", **values).first
        end

        alias_method :change_often, :change

        def change_unlocked(connection, set, where, columns = "id", **values)
          unlocked = "SELECT id FROM #{Statements::RUNS} FORCE INDEX (PRIMARY) WHERE #{where} FOR UPDATE SKIP LOCKED"
          begun_again do
            database.whole(connection) do
              change(connection, set, "id = :id", columns, **values) if ask(connection, unlocked, **values).any?
            end
          end
        end

        def briefly
          database.own_connection do |connection|
            connection.execute("SET SESSION innodb_lock_wait_timeout = 1")
            yield connection
          end
        end

        def insert_run(connection, flow_id, **run)
          id = insert(connection, Statements::RUNS, new_run(flow_id, **run), unless_there:)
          # Of one that was there already this is no id.
          made(connection, flow_id, run, lock: as_it_is_now) || read(connection, "id = :id", id:).first
        end

        def unless_there = " ON DUPLICATE KEY UPDATE updated_at = updated_at"

        def as_it_is_now = " LOCK IN SHARE MODE"

        # An UPDATE waits for the row before it looks, and the one that it waits for may be this thread's own transaction.
        def change_seen(connection, set, where, **values)
          there = ask(connection, "SELECT id FROM #{Statements::RUNS} WHERE #{where}", **values)
          change(connection, set, where, **values) if there.any?
        end

        def change_locked(connection, set, where, **values)
          there = ask(connection, "SELECT id FROM #{Statements::RUNS} FORCE INDEX (PRIMARY) WHERE #{where} FOR UPDATE NOWAIT", **values)
          change(connection, set, "id = :id", **values) if there.any?
        end

        # In one statement: whoever had added a flow that is there would share its lock, and two of them would wait for each
        # other.
        def turn_of(connection, name, definition, _premises, _alone)
          values = flow_values(connection, name, definition)
          connection.update(bind(connection, "#{insert_flow(values)} ON DUPLICATE KEY UPDATE updated_at = #{now}", values))
          ask(connection, "SELECT id, status FROM #{Statements::FLOWS} WHERE name = :name", name:).first
        end

        # CURSOR is a word of MySQL's own.
        def quoted(name) = "`#{name}`"

        def concat(*parts) = "CONCAT(#{parts.join(", ")})"
      end
    end
  end
end
