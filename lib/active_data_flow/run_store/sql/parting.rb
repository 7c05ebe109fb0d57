# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # P13: the whole run's row is entered by its own key, and its parts' by theirs.
      module Parting
        FAILED = "status = 'failed'"
        PAUSED = "(#{Statements::UNFINISHED} AND stop_requested = 'pause')".freeze
        private_constant :FAILED, :PAUSED

        # (see RunStore::Parting#parts)
        def parts(run_id) = database.with_connection { |connection| parts_of(connection, run_id) }

        # (see RunStore::Parting#over)
        def over(limit: 100)
          unfinished = "SELECT 1 FROM #{Statements::RUNS} c WHERE c.parent_run_id = #{Statements::RUNS}.id AND c.#{Statements::UNFINISHED}"
          some("status = 'in_progress' AND part_count IS NOT NULL AND NOT EXISTS (#{unfinished})", limit)
        end

        # (see RunStore::Parting#end_split)
        def end_split(run_id)
          parts = parts(run_id)
          ending = ending_of(parts) or return false
          values = {cursor: parts.last.cursor, started: parts.filter_map(&:started_at).min, **((ending == :failed) ? error_of(parts) : {})}
          set = {success: set_success, failed: set_failed, cancelled: set_cancelled}.fetch(ending)
          where = "id = :id AND status = 'in_progress' AND #{none_of_parts((ending == :success) ? "status <> 'success'" : Statements::UNFINISHED)}"
          !database.apart { |connection| change(connection, "#{set}, started_at = COALESCE(started_at, :started)", where, id: run_id, **values) }.nil?
        end

        # (see Base#pause)
        def pause(run_id) = super.tap { |done| parts(run_id).each { |part| super(part.id) } if done }

        # (see Base#cancel)
        def cancel(run_id)
          told = super
          parts = parts(run_id)
          return told if parts.empty?

          parts.each { |part| super(part.id) }
          ended = end_split(run_id) || apart(run_id, set_cancelled, "id = :id AND part_count IS NOT NULL AND #{FAILED} AND stop_requested = 'cancel'")
          ended || told
        end

        # (see Base#resume)
        def resume(run_id)
          return super unless find(run_id)&.split?

          apart_and_whole { |connection, alone| gone_on?(connection, run_id, "(#{FAILED} OR #{PAUSED})", set_pending_or_same, standing_still(alone)) }
        end

        private

        def parts_of(connection, run_id) = read(connection, "parent_run_id = :run_id", order: "part", run_id:)

        # In a table of its own, or MySQL would change one that it reads.
        def none_of_parts(what)
          "NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT status FROM #{Statements::RUNS} WHERE parent_run_id = :id) c WHERE c.#{what})"
        end

        def set_success
          "status = 'success', #{Statements::ENDED}, #{quoted(:cursor)} = :cursor, callbacks_due = 1, dispatch_after = #{now}, ended_at = #{now}, updated_at = #{now}"
        end

        def make_split(connection, flow_id, run, ranges, dispatch_after:, **moments)
          # Somebody else may have been first, and has made its parts as well.
          row = insert_run(connection, flow_id, **run, **split_in(ranges), **moments, dispatch_after: nil) ||
            made(connection, flow_id, run, lock: as_it_is_now)
          return row unless row.split? && parts_of(connection, row.id).empty?

          dispatch_after = :now if run[:created_by_job_id] # it does not take them itself, but hands them out
          parts = ranges.each.with_index(1).map { |range, number| new_part(row, part_in(row, range, number), dispatch_after, **moments) }
          insert(connection, Statements::RUNS, *parts)
          row
        end

        def new_part(row, own, dispatch_after, run_after: :now)
          {data_flow_id: row.data_flow_id, run_after:, dispatch_after:, arguments: row.arguments, arguments_digest: row.arguments_digest,
           fingerprint: row.fingerprint, lease_seconds:, created_at: :now, updated_at: :now, **own}
        end

        # One that failed in parts goes on where each of these is, whoever starts it.
        def failed_in_parts(connection, flow_id, run)
          row = newest(connection, Looking::IDENTITY, flow_id:, digest: run.fetch(:digest))
          reopened(connection, row) if row&.split? && row.status == "failed"
        end

        def reopened(connection, row)
          return super unless row.split? && row.status == "failed"

          gone_on?(connection, row.id, FAILED, set_pending)
          read(connection, "id = :id", id: row.id).first
        end

        # The whole run, and those of its parts that stand for the same reason.
        def gone_on?(connection, run_id, standing, set, still = "")
          change(connection, set_split_going, "id = :id AND #{standing}#{still}", id: run_id, **stillness) or return false

          parts_of(connection, run_id).each { |part| change(connection, set, "id = :id AND #{standing}", id: part.id) }
          true
        end

        def set_split_going
          "status = 'in_progress', stop_requested = NULL, stop_requested_at = NULL, callbacks_due = 0, ended_at = NULL, dispatch_after = NULL, updated_at = #{now}"
        end

        def given_up?(connection, row, restart)
          return super unless row.split?

          parts = parts_of(connection, row.id)
          parts.each { |part| make_way(connection, part) } if restart
          return false unless restart || parts.all?(&:finished?)

          standing = restart ? Statements::GO_ON : told_to_end
          !change(connection, "#{asked("cancel")}, #{set_cancelled}", "id = :id AND #{standing}", id: row.id).nil?
        end
      end
    end
  end
end
