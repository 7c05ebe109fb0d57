# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class Memory < Base
      # The same rules as the statements of a database. There is no transaction that could take a run back.
      module Dispatching
        # As {RunStore::Dispatching#enqueue} says.
        # @return [Row]
        def enqueue(flow_name:, wait: 0, definition: {}, **run)
          @table.exclusively do
            made(flow_name, run) || failed(flow_name, run, split: true) || create(flow_name:, run_after: now + wait, wait:, **columns(flow_name, run))
          end
        end

        # (see RunStore::Dispatching#run_of_job)
        def run_of_job(job_id:, run_id: nil, flow_name: nil, definition: {}, unless_inactive: false, **run)
          run = {**run, created_by_job_id: job_id.to_s}
          row = run_id ? find(run_id) : @table.exclusively { made(flow_name, run) || failed(flow_name, run) || create(flow_name:, **columns(flow_name, run)) }
          row unless row.nil? || row.finished?
        end

        # (see RunStore::Dispatching#win)
        def win(run_id, job_id:) = ask(run_id) { |row| {**postponed(row), enqueued_job_id: job_id.to_s} if waits?(row) && due?(row) }

        # (see RunStore::Dispatching#due)
        def due(limit: 100) = some(limit, by: ->(row) { row[:dispatch_after] || Time.at(0) }) { |row| waits?(row) && due?(row) }

        # (see RunStore::Dispatching#to_stop)
        def to_stop(limit: 100) = some(limit) { |row| unfinished?(row) && row[:part_count].nil? && to_end?(row) }

        # (see RunStore::Dispatching#cancel_abandoned)
        def cancel_abandoned(run_id) = ask(run_id) { |row| cancelled(row) if row[:part_count].nil? && to_end?(row) }

        # (see RunStore::Dispatching#owing)
        def owing(limit: 100) = some(limit, by: ->(row) { row[:dispatch_after] }) { |row| owes?(row) }

        # (see RunStore::Dispatching#win_callbacks)
        def win_callbacks(run_id) = ask(run_id) { |row| postponed(row) if owes?(row) }

        # (see RunStore::Dispatching#retry_later)
        def retry_later(claim, error, after:)
          change(claim) { |row| {**released(after), attempt: row[:attempt] + 1, **Base.error_columns(error)} }
        end

        # (see RunStore::Dispatching#end_leases)
        def end_leases(owners:, job_ids: nil)
          held = @table.all.select { |row| row.token && owners.include?(row.owner.rpartition(":").first) && (job_ids.nil? || job_ids.include?(row.owner_job_id)) }
          held.select { |row| ask(row.id) { |now_of| {lease_until: now} if now_of[:token] == row.token && now_of[:lease_until] > now } }.map(&:id)
        end

        # (see RunStore::Dispatching#begin_sweep)
        def begin_sweep(apart:)
          @table.exclusively do
            next false if swept_at&.between?(now - apart, now) && apart.positive?

            @swept_at = now
            true
          end
        end

        # (see RunStore::Dispatching#swept_at)
        attr_reader :swept_at

        # (see RunStore::Dispatching#taken_slots)
        def taken_slots(keys) = @table.all.map(&:slot_key) & keys

        # (see RunStore::Dispatching#free_lapsed_slots)
        def free_lapsed_slots(keys = nil)
          held = @table.all.select { |row| row.slot_key && (keys.nil? || keys.include?(row.slot_key)) }
          held.select { |row| ask(row.id) { |now_of| slot_freed(now_of) if now_of[:slot_key] == row.slot_key && now_of[:token] && !held?(now_of) } }.map(&:id)
        end

        # (see RunStore::Dispatching#await_slot)
        def await_slot(run_id, job_id:)
          ask(run_id) { |row| {enqueued_job_id: nil} if row[:enqueued_job_id] == job_id.to_s }
        end

        # (see RunStore::Dispatching#awaiting_slot)
        def awaiting_slot(flow_names, limit: 1) = some(limit) { |row| flow_names.include?(row[:flow_name]) && awaits_slot?(row) }

        # (see RunStore::Dispatching#children_of)
        def children_of(task_id) = @table.all.select { |row| row.parent_task_id == task_id.to_s }

        # (see RunStore::Dispatching#count_children)
        def count_children(task_id) = children_of(task_id).size

        # (see RunStore::Dispatching#postpone)
        def postpone(row, error, after:)
          metadata = unknown(row)
          done = still(row) { {dispatch_after: now + after, metadata:, **Base.error_columns(error)} }
          metadata.dig("unknown", "since") if done
        end

        # (see RunStore::Dispatching#fail_waiting)
        def fail_waiting(row, error)
          still(row) { {status: "failed", **People::ENDED, callbacks_due: 1, dispatch_after: now, ended_at: now, **Base.error_columns(error)} }
        end

        # (see RunStore::Dispatching#hasten)
        def hasten(run_id) = ask(run_id) { |row| {dispatch_after: now} if awaits_slot?(row) }

        private

        def still(row) = ask(row.id) { |now_of| yield if now_of[:fence] == row.fence && waits?(now_of) }

        def failed(flow_name, run, split: false)
          last = @table.newest { |row| row[:flow_name] == flow_name && row[:arguments_digest] == run.fetch(:digest) }
          Row.new(reopen(last).dup) if last && last[:status] == "failed" && (last[:part_count] || !split)
        end

        def made(flow_name, run)
          job, trigger = run.values_at(:created_by_job_id, :triggered_by)
          @table.row do
            (job && @table.newest { |row| row[:created_by_job_id] == job }) ||
              (trigger && @table.newest { |row| row[:triggered_by] == trigger && row[:flow_name] == flow_name }) ||
              (run[:parent_task_id].nil? &&
                @table.newest { |row| row[:flow_name] == flow_name && row[:arguments_digest] == run.fetch(:digest) && unfinished?(row) }) || nil
          end
        end

        def columns(flow_name, run)
          beginning = run[:beginning]
          {**run.except(:digest, :beginning), arguments_digest: run.fetch(:digest), **(beginning ? beginning.call(last_ended(flow_name, run.fetch(:digest))) : {})}
        end

        def last_ended(flow_name, digest)
          @table.row { @table.newest { |row| row[:flow_name] == flow_name && row[:arguments_digest] == digest && %w[success failed].include?(row[:status]) } }
        end

        def refuse_owing(flow_name, digest)
          rows = some(100) { |row| row[:flow_name] == flow_name && row[:arguments_digest] == digest && owes?(row) }
          raise Owing.new(rows) if rows.any?
        end

        def some(limit, by: ->(row) { row[:id] }, &) = @table.exclusively { @table.all.select(&).sort_by(&by).first(limit) }

        def waits?(row) = free?(row, nil)

        def due?(row) = row[:dispatch_after] ? row[:dispatch_after] <= now : row[:status] == "in_progress" && !row[:token].nil?

        def to_end?(row) = (unfinished?(row) || row[:status] == "failed") && row[:stop_requested] == "cancel" && !held?(row)

        def owes?(row) = %w[success failed cancelled].include?(row[:status]) && row[:callbacks_due] == 1 && row[:dispatch_after] <= now

        def awaits_slot?(row) = unfinished?(row) && row[:stop_requested].nil? && row[:dispatches].positive? && row[:enqueued_job_id].nil?

        def postponed(row) = {dispatch_after: now + [30 * (1 << row[:dispatches]), 3600].min, dispatches: row[:dispatches] + 1}

        def slot_freed(row) = {slot_key: nil, **overtaken(row)}
      end
    end
  end
end
