# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class Memory < Base
      # The rules of the run row, in Ruby: who may take it, and what people ask of it.
      module People
        ENDED = {token: nil, lease_until: nil, active_key: nil, slot_key: nil}.freeze
        # What a commit changes.
        WRITTEN = [:commits, :cursor, :pending_bounds, :deaths, :level, :suspect_left, :lease_until, *Columns::COUNTERS.map { |name| :"rows_#{name}" }].freeze

        # (see Base#pause)
        def pause(run_id) = ask(run_id) { |row| {stop_requested: "pause"} if unfinished?(row) && row[:stop_requested].nil? }

        # (see Base#resume)
        def resume(run_id)
          ask(run_id) do |row|
            next if row[:status] != "failed" && !(unfinished?(row) && row[:stop_requested] == "pause")

            {stop_requested: nil, callbacks_due: 0, ended_at: nil, dispatch_after: now,
             status: (row[:status] == "failed") ? "pending" : row[:status]}
          end
        end

        # (see Base#cancel)
        def cancel(run_id)
          ask(run_id) do |row|
            next unless unfinished?(row) || row[:status] == "failed"

            held?(row) ? {stop_requested: "cancel"} : {stop_requested: "cancel", **cancelled(row)}
          end
        end

        # (see Base#callbacks_done)
        def callbacks_done(run_id)
          ask(run_id) { |row| {callbacks_due: 0, dispatch_after: nil} if row[:callbacks_due] == 1 }
        end

        private

        def ask(run_id)
          @table.exclusively { !!((row = @table[run_id]) && (changes = yield(row)) && row.update(changes)) }
        end

        def unfinished?(row) = %w[pending in_progress].include?(row[:status])

        def held?(row) = row[:token] && (row[:open] || row[:lease_until] >= now)

        def free?(row, job)
          return false if !unfinished?(row) || row[:part_count] || row[:stop_requested] || row[:open]

          row[:token].nil? || row[:lease_until] < now || row[:lease_until] > now + 2 * row[:lease_seconds] ||
            (!job.nil? && row[:owner_job_id] == job)
        end

        def dead?(row, owner)
          row[:token] && row[:leaving].zero? && row[:claim_commits] == row[:commits] && row[:owner] != owner &&
            (row[:level].zero? || row[:tries_fence] == row[:fence])
        end

        def claimed(row, owner)
          kept = row[:token] ? 0 : row[:deaths]
          {deaths: dead?(row, owner) ? row[:deaths] + 1 : kept, claim_commits: row[:commits], fence: row[:fence] + 1, leaving: 0,
           status: "in_progress", dispatch_after: nil, throttled_until: nil, dispatches: 0, started_at: row[:started_at] || now,
           lease_until: now + row[:lease_seconds]}
        end

        # A row that its worker was trying is still that one's for the next claim.
        def overtaken(row)
          trying = row[:tries_fence] == row[:fence]
          {fence: row[:fence] + 1, tries_fence: trying ? row[:fence] + 1 : row[:tries_fence]}
        end

        # The only one of its flow and arguments that can be at work; a part has one of its own.
        def active_key_of(row) = "flow:#{row[:data_flow_id]}:#{row[:arguments_digest]}#{"/p#{row[:part]}" if row[:part]}"

        # Nobody but the task that has started it is to be told.
        def cancelled(row)
          parent = row[:parent_task_id]
          {status: "cancelled", fence: row[:fence] + 1, **ENDED, callbacks_due: parent ? 1 : 0, dispatch_after: parent && now, ended_at: now}
        end

        def guarded?(row, claim)
          %i[fence token commits].all? { |name| row[name] == claim[name] } && row[:status] == "in_progress"
        end

        def refuse_taken(row, keys)
          raise SlotTaken, "the slot #{keys[:slot_key]} is taken" if @table.taken?(row, :slot_key, keys[:slot_key])
          return unless @table.taken?(row, :active_key, keys[:active_key])

          raise AlreadyRunning, "run #{row[:id]} cannot begin: another run of its flow and arguments is at work"
        end

        def create(arguments:, wait: RunStore::Dispatching::ABANDONED, run_after: now, **values)
          Row.new(@table.add({**values, arguments: JSON.parse(JSON.generate(arguments)), lease_seconds:, run_after:,
            dispatch_after: now + wait, created_at: now}).dup)
        end

        def released(after, throttled: false)
          moment = after && now + after
          {token: nil, lease_until: nil, slot_key: nil, dispatch_after: moment, throttled_until: throttled ? moment : nil}
        end

        def given_up?(row, restart)
          raise AtWork, Row.new(row.dup) if restart && held?(row)

          cancel(row[:id]) if restart || (row[:stop_requested] == "cancel" && !held?(row))
          restart || row[:status] == "cancelled"
        end

        def reopen(row)
          (row[:status] == "failed") ? row.update(status: "pending", stop_requested: nil, attempt: 0, callbacks_due: 0, ended_at: nil) : row
        end
      end
    end
  end
end
