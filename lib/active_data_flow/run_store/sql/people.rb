# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # What people ask of a run: each in a transaction of its own, never in the application's, which could hold the row's
      # lock while a commit waits for it.
      module People
        # (see Base#pause)
        def pause(run_id)
          apart(run_id, asked("pause"), "id = :id AND #{Statements::UNFINISHED} AND stop_requested IS NULL")
        end

        # (see Base#resume)
        def resume(run_id)
          apart(run_id, set_pending_or_same, "id = :id AND (status = 'failed' OR (#{Statements::UNFINISHED} AND stop_requested = 'pause'))")
        end

        # (see Base#cancel)
        def cancel(run_id)
          told = apart(run_id, asked("cancel"), "id = :id AND #{Statements::GO_ON} AND (stop_requested IS NULL OR stop_requested <> 'cancel')")
          cancel_abandoned(run_id) | told
        end

        # (see Base#callbacks_done)
        def callbacks_done(run_id)
          apart(run_id, "callbacks_due = 0, dispatch_after = NULL", "id = :id AND callbacks_due = 1")
        end

        private

        def unheld = "(token IS NULL OR lease_until < #{now})"

        def asked(word) = "stop_requested = '#{word}', stop_requested_at = #{now}"

        # A paused run keeps its status: a worker that has not looked yet goes on.
        def set_pending_or_same
          "stop_requested = NULL, stop_requested_at = NULL, dispatch_after = #{now}, " \
            "callbacks_due = 0, ended_at = NULL, status = CASE WHEN status = 'failed' THEN 'pending' ELSE status END"
        end

        # A run that was to be cancelled and whose worker died is cancelled by who comes next.
        def given_up?(connection, row, restart)
          return make_way(connection, row) if restart

          !change_seen(connection, set_cancelled, "id = :id AND #{told_to_end} AND #{unheld}", id: row.id).nil?
        end

        def make_way(connection, row)
          set = "#{asked("cancel")}, #{set_cancelled}"
          return true if change_seen(connection, set, "id = :id AND #{Statements::GO_ON} AND #{unheld}", id: row.id)

          row = read(connection, "id = :id", id: row.id).first
          row.nil? || row.finished? || raise(AtWork, row)
        end

        def apart(run_id, set, where)
          !database.apart { |connection| change_seen(connection, set, where, id: run_id) }.nil?
        end

        # Waits for who has locked the row only where it seems to be one of these.
        def change_seen(...) = change(...)
      end
    end
  end
end
