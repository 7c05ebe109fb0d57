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
        def enqueue(flow_name:, wait: 0, definition: {}, **run)
          begun_again do
            database.transaction do |connection, alone|
              # Held until the caller's transaction ends, the flow's lock would stop every start, so there it is not taken:
              # two of them may then make a run each, which are carried over one after the other.
              flow_id = (!alone && flow_id(connection, flow_name)) || locked_flow(connection, flow_name, definition)
              run_of(connection, flow_id, run, run_after: Later.new(wait), dispatch_after: Later.new(wait))
            end
          end
        end

        # (see RunStore::Dispatching#last_ended)
        def last_ended(flow_name, digest)
          where = "#{of_flow} AND arguments_digest = :digest AND status IN ('success', 'failed') AND part IS NULL"
          database.with_connection { |connection| newest(connection, where, flow_name:, digest:) }
        end

        # (see RunStore::Dispatching#run_of_job)
        def run_of_job(job_id:, run_id: nil, flow_name: nil, definition: {}, **run)
          row = run_id ? find(run_id) : run_made_by(job_id.to_s, flow_name, definition, run)
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

        # (see RunStore::Base#owing_callbacks)
        def owing_callbacks(flow_name, digest)
          some("#{of_flow} AND arguments_digest = :digest AND #{owed}", 100, flow_name:, digest:)
        end

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

        def run_made_by(job_id, flow_name, definition, run)
          run = {**run, created_by_job_id: job_id}
          alone_in_a_start do |connection|
            flow_id = locked_flow(connection, flow_name, definition)
            made(connection, flow_id, run) || gone_on_with(connection, flow_id, run) ||
              make(connection, flow_id, run, dispatch_after: Later.new(RunStore::Dispatching::ABANDONED))
          end
        end

        def run_of(connection, flow_id, run, **moments)
          made(connection, flow_id, run) || (at_hand(connection, flow_id, run) unless run[:parent_task_id]) ||
            make(connection, flow_id, run, **moments)
        end

        def at_hand(connection, flow_id, run)
          unfinished(connection, flow_id, run.fetch(:digest)) || failed_in_parts(connection, flow_id, run)
        end

        # As whoever starts it in the foreground: also with the last one, if it failed.
        def gone_on_with(connection, flow_id, run)
          to_go_on_with(connection, flow_id, run.fetch(:digest))&.then { |row| reopened(connection, row) }
        end

        # By the same job, or for the same reason.
        def made(connection, flow_id, run, **how)
          by = run.slice(:created_by_job_id, :triggered_by).compact
          return if by.empty?

          where = {created_by_job_id: "created_by_job_id = :created_by_job_id", triggered_by: "triggered_by = :triggered_by AND data_flow_id = :flow_id"}
          newest(connection, by.keys.map { |name| "(#{where[name]})" }.join(" OR "), flow_id:, **by, **how)
        end

        def make(connection, flow_id, run, **moments)
          ranges = run[:ranges] and return make_split(connection, flow_id, run, ranges, **moments)

          id = insert_run(connection, flow_id, **run.except(:ranges), **moments)
          # Somebody else may have been first, in a transaction that has ended meanwhile.
          made(connection, flow_id, run, lock: as_it_is_now) || read(connection, "id = :id", id:).first
        end

        def unfinished(connection, flow_id, digest)
          newest(connection, "data_flow_id = :flow_id AND arguments_digest = :digest AND #{Statements::UNFINISHED} AND parent_run_id IS NULL", flow_id:, digest:)
        end

        def flow_id(connection, name) = ask(connection, "SELECT id FROM #{Statements::FLOWS} WHERE name = :name", name:).first&.fetch("id")

        # Where a transaction sees what there was at its beginning.
        def as_it_is_now = ""
      end
    end
  end
end
