# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # Rows that were put aside, and how one is replayed: P11.
      module Rejecting
        AT_ONCE = 200
        FIRST = 1 # the fence of a run's first claim: nobody was there before
        private_constant :AT_ONCE, :FIRST

        # (see RunStore::Rejecting#rejects)
        def rejects(run_id) = database.with_connection { |connection| rejects_of(connection, run_id) }.map { |hash| opened(hash) }

        # (see RunStore::Rejecting#find_reject)
        def find_reject(id)
          found = database.with_connection { |connection| ask(connection, "SELECT * FROM #{Statements::REJECTS} WHERE id = :id", id:) }.first
          found && opened(found)
        end

        # (see RunStore::Rejecting#reject)
        def reject(claim, rejects)
          database.with_connection { |connection| insert_rejects(connection, claim, rejects.map { |values| stored(values) }) }
        end

        # (see RunStore::Rejecting#forget_uncommitted_rejects)
        def forget_uncommitted_rejects(claim)
          return if claim.fence == FIRST || uncommitted_rejects(claim).empty?

          # Behind the fence, as a commit is: what an overtaken worker takes for a leftover may be the heir's.
          database.transaction do |connection|
            change(connection, "lease_until = #{later("lease_seconds")}", guards, **holder(claim), known: claim.commits) or raise lost(claim)
            uncommitted_rejects(claim).each_slice(AT_ONCE) do |some|
              connection.delete("DELETE FROM #{Statements::REJECTS} WHERE id IN (#{some.map { |id| connection.quote(id) }.join(", ")})")
            end
          end
        end

        # (see RunStore::Rejecting#change_reject)
        def change_reject(id, **columns) = database.with_connection { |connection| changed_while_open?(connection, id, **columns) }

        # The first statement decides between two of them: the second waits for it, and then finds that it is settled.
        # (see RunStore::Rejecting#replay)
        def replay(run, id)
          begun_again do
            database.transaction do |connection, alone|
              next :settled unless changed_while_open?(connection, id, standing_still(alone), status: "replayed", replayed_at: :now)

              alone_with(connection, run) { yield(connection) or raise RunStore::Rejecting::Unreplayed }
              :replayed
            end
          end
        rescue RunStore::Rejecting::Unreplayed
          :refused
        end

        private

        def changed_while_open?(connection, id, more = "", **columns)
          set = {**columns, updated_at: :now}.map { |name, value| "#{connection.quote_column_name(name)} = #{written(connection, storable(name, value))}" }
          where = bind(connection, "id = :id AND status = 'open'#{more}", {id:, **stillness})
          connection.update("UPDATE #{Statements::REJECTS} SET #{set.join(", ")} WHERE #{where}", Connection::LABEL) == 1
        end

        # By the key that a claim takes: there can be one of them, so whoever would claim waits for this transaction. Where a
        # run has it that nobody is at (a paused one, one of a dead worker), its row is locked, and its worker overtaken.
        def alone_with(connection, run)
          key = ask(connection, "SELECT #{active_key} AS k FROM #{Statements::RUNS} WHERE id = :id", id: run.id, active_key: nil).first&.fetch("k")
          holder = ask(connection, "SELECT id FROM #{Statements::RUNS} WHERE active_key = :key", key:).first
          (holder ? overtaken?(connection, holder["id"]) : taken?(connection, run, key)) or raise AtWork.new(run)
          raise AtWork.new(run) if at_work?(connection, run)

          yield
          change(connection, "active_key = NULL", "id = :id", id: run.id) unless holder
        end

        def overtaken?(connection, id) = change(connection, set_overtaken, "id = :id AND #{unheld}", id:)

        # Only where somebody has taken it since the look.
        def taken?(connection, run, key)
          change(connection, "active_key = :key", "id = :id AND #{unheld}", id: run.id, key:)
        rescue => error
          raise unless database.taken?(error)
        end

        # Also of another part, whose key is another one.
        def at_work?(connection, run)
          same = "data_flow_id = :flow_id AND arguments_digest = :digest AND status = 'in_progress' AND NOT #{unheld}"
          ask(connection, "SELECT 1 FROM #{Statements::RUNS} WHERE #{same} LIMIT 1", flow_id: run.data_flow_id, digest: run.arguments_digest).any?
        end

        # @param rejects [Array<Hash>] as they are stored
        def insert_rejects(connection, claim, rejects)
          rejects.each_slice(AT_ONCE) { |some| insert(connection, Statements::REJECTS, *some.map { |values| put_aside(claim, values) }) }
        end

        # All columns, so that one statement holds many.
        def put_aside(claim, values)
          blank = Columns::REJECTS.transform_values { nil }
          {**blank, status: "open", data_flow_id: claim.data_flow_id, run_id: claim.id, **values, created_at: :now, updated_at: :now}
        end

        def stored(values) = values.to_h { |name, value| [name, storable(name, value)] }

        def storable(name, value)
          value = Storable.row(value) if value.is_a?(Hash) || value.is_a?(Array)
          value = Base.text(value) if value.is_a?(String)
          Columns::PERSONAL.include?(name) ? database.seal(value) : value
        end

        def opened(hash)
          hash.to_h do |name, value|
            name = name.to_sym
            [name, Columns::PERSONAL.include?(name) ? database.open(value) : cast(Columns::REJECTS.dig(name, 0), value)]
          end
        end

        # Those of commits are the first ones.
        def uncommitted_rejects(claim)
          database.with_connection { |connection| rejects_of(connection, claim.id, "id").drop(claim.rows_rejected).map { |hash| hash["id"] } }
        end
      end
    end
  end
end
