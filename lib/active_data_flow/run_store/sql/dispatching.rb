# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # P7: which run a job is for, who enqueues one, and what the sweep finds.
      module Dispatching
        # Seconds from now, for a column of a new row.
        Later = Data.define(:seconds)

        # As {RunStore::Dispatching#enqueue} says.
        # @return [Row]
        def enqueue(flow_name:, wait: 0, definition: {}, premises: nil, **run)
          begun_again do
            database.transaction do |connection, alone|
              # Held until the caller's transaction ends, the flow's lock would stop every start, so there it is not taken:
              # two of them may then make a run each, which are carried over one after the other.
              flow_id = (!alone && flow_id(connection, flow_name, premises)) || take_turn(connection, flow_name, definition, premises, alone)
              run_of(connection, flow_id, run, run_after: Later.new(wait), dispatch_after: Later.new(wait))
            end
          end
        end

        # (see RunStore::Dispatching#run_of_job)
        def run_of_job(job_id:, run_id: nil, flow_name: nil, definition: {}, premises: nil, unless_inactive: false, **run)
          row = run_id ? find(run_id) : alone_in_a_start(flow_name, definition, premises, unless_inactive:) { |*turn| run_made_by(job_id.to_s, run, *turn) }
          row unless row.nil? || row.finished?
        end

        # (see RunStore::Dispatching#win)
        def win(run_id, job_id:)
          alter(run_id, "#{postponed}, enqueued_job_id = :job", "#{waiting} AND #{due_now}", job: job_id.to_s)
        end

        # (see RunStore::Dispatching#due)
        def due(limit: 100)
          some("#{waiting} AND #{due_now}", limit, order: "CASE WHEN dispatch_after IS NULL THEN 0 ELSE 1 END, dispatch_after")
        end

        # (see RunStore::Dispatching#to_stop)
        def to_stop(limit: 100) = some("#{Statements::UNFINISHED} AND part_count IS NULL AND stop_requested = 'cancel' AND #{unheld}", limit)

        # (see RunStore::Dispatching#cancel_abandoned)
        def cancel_abandoned(run_id) = alter(run_id, set_cancelled, "#{told_to_end} AND #{unheld} AND part_count IS NULL")

        # (see RunStore::Dispatching#owing)
        def owing(limit: 100) = some(owed, limit, order: "dispatch_after")

        # (see RunStore::Dispatching#win_callbacks)
        def win_callbacks(run_id) = alter(run_id, postponed, owed)

        # (see RunStore::Dispatching#retry_later)
        def retry_later(claim, error, after:)
          hold(claim, "#{set_released(after)}, attempt = attempt + 1, #{Statements::ERROR}", **Base.error_columns(error))
        end

        # (see RunStore::Dispatching#end_leases)
        def end_leases(owners:, job_ids: nil)
          briefly do |connection|
            held = read(connection, "status = 'in_progress' AND token IS NOT NULL AND lease_until > #{now}")
            gone = held.select { |row| owners.include?(row.owner.rpartition(":").first) && (job_ids.nil? || job_ids.include?(row.owner_job_id)) }
            gone.select { |row| ended_lease?(connection, row) }.map(&:id)
          end
        end

        private

        # Beside this thread's transaction: what a worker or the sweep writes is nothing that the application takes back. Who
        # has locked the row is at it.
        def alter(run_id, set, where, **values)
          !database.apart { |connection| change_unlocked(connection, set, "id = :id AND #{where}", id: run_id, **values) }.nil?
        end

        # Where a row can be passed over that somebody has locked.
        def change_unlocked(...) = change(...)

        # On a connection whose statements wait a second for a lock, and no longer.
        def briefly(&) = abstract

        def ended_lease?(connection, row)
          !change(connection, "lease_until = #{now}", "#{Statements::HELD} AND lease_until > #{now}", **holder(row)).nil?
        rescue => error
          raise unless database.busy?(error)

          false
        end

        def some(where, limit, order: nil, **values)
          database.with_connection do |connection|
            read(connection, where, order: "#{[order, in_order(connection)].compact.join(", ")} LIMIT #{Integer(limit)}", **values)
          end
        end

        # Nobody has it, and nobody has told it to stop: its lease may be dated by a clock that was ahead.
        def waiting
          "#{Statements::UNFINISHED} AND stop_requested IS NULL AND " \
            "(token IS NULL OR lease_until < #{now} OR lease_until > #{later("2 * lease_seconds")})"
        end

        # A claim takes the moment away: without one, a worker had the run and is dead.
        def due_now = "(dispatch_after <= #{now} OR (status = 'in_progress' AND dispatch_after IS NULL AND token IS NOT NULL))"

        def told_to_end = "#{Statements::GO_ON} AND stop_requested = 'cancel'"

        def owed = "status IN ('success', 'failed', 'cancelled') AND callbacks_due = 1 AND dispatch_after <= #{now}"

        # In this order: MySQL reads from left to right.
        def postponed
          "dispatch_after = #{later("CASE WHEN dispatches > 6 THEN 3600 ELSE 30 * (1 << dispatches) END")}, dispatches = dispatches + 1"
        end

        def run_made_by(job_id, run, connection, flow_id)
          run = {**run, created_by_job_id: job_id}
          found = look(connection, flow_id, run)
          # As whoever starts it in the foreground: also with the last one, if it failed.
          found.made || found.to_go_on_with&.then { |row| reopened(connection, row) } || make_now(connection, flow_id, run, found)
        end

        def run_of(connection, flow_id, run, **moments)
          made(connection, flow_id, run) || (at_hand(connection, flow_id, run) unless run[:parent_task_id]) ||
            make(connection, flow_id, run, **moments) { last_of(connection, flow_id, run) }
        end

        def at_hand(connection, flow_id, run)
          unfinished(connection, flow_id, run) || failed_in_parts(connection, flow_id, run)
        end

        # By the same job, or for the same reason.
        def made(connection, flow_id, run, **how)
          by = made_by(run)
          newest(connection, Looking.by(*by.keys), flow_id:, **by, **how) if by.any?
        end

        # @yieldreturn [Row, nil] the newest run that has ended
        def make(connection, flow_id, run, **moments)
          run = {**run.except(:beginning), **run[:beginning].call(yield)} if run[:beginning]
          ranges, run = run[:ranges], run.except(:ranges)
          return make_split(connection, flow_id, run, ranges, **moments) if ranges

          # Somebody else may have been first, in a transaction that has ended meanwhile.
          insert_run(connection, flow_id, **run, **moments) || made(connection, flow_id, run, lock: as_it_is_now)
        end

        def make_now(connection, flow_id, run, found)
          make(connection, flow_id, run, dispatch_after: Later.new(RunStore::Dispatching::ABANDONED)) do
            found.ended? ? found.newest : last_of(connection, flow_id, run)
          end
        end

        def unfinished(connection, flow_id, run)
          newest(connection, "#{Looking::IDENTITY} AND #{Statements::UNFINISHED}", flow_id:, digest: run.fetch(:digest))
        end

        def flow_id(connection, name, premises)
          confirmed(connection, premises, name:) { |columns| "SELECT #{columns} FROM #{Statements::FLOWS} WHERE name = :name" }&.fetch("id")
        end

        # Where a transaction sees what there was at its beginning.
        def as_it_is_now = ""
      end
    end
  end
end
