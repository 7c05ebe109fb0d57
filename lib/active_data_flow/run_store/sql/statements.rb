# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # The statements of the run row, as protocols have them: `:name` is a value, what a database spells its own way
      # (the moment, a moment so many seconds from it) comes from the dialect. Each guarded UPDATE changes a column.
      module Statements
        RUNS = "active_data_flow_data_flow_runs"
        FLOWS = "active_data_flow_data_flows"
        REJECTS = "active_data_flow_rejects"

        # @return [String] a column of the run's flow, for a select list
        def self.of_flow(column, name) = "(SELECT #{column} FROM #{FLOWS} WHERE #{FLOWS}.id = data_flow_id) AS #{name}"

        FLOW_NAME = of_flow(:name, :flow_name).freeze
        # The unfinished or failed run that a start goes on with, else nothing.
        GO_ON = "status IN ('pending', 'in_progress', 'failed')"
        # Behind which the next run begins.
        LAST = "status IN ('success', 'failed')"
        UNFINISHED = "status IN ('pending', 'in_progress')"
        HELD = "id = :id AND fence = :fence AND token = :token"
        ERROR = "error_class = :error_class, error_message = :error_message, error_backtrace = :error_backtrace"
        ENDED = "token = NULL, lease_until = NULL, active_key = NULL, slot_key = NULL"

        # What a commit is guarded by, a part each: none can be left out, as a spec shows for each.
        GUARDS = {id: "id = :id", fence: "fence = :fence", token: "token = :token", commits: "commits = :known",
                  status: "status = 'in_progress'"}.freeze

        private

        # Waiting, or lapsed (also: dated by a clock that was ahead), or this job's own.
        def free
          "#{UNFINISHED} AND part_count IS NULL AND stop_requested IS NULL AND (token IS NULL OR lease_until < #{now} " \
            "OR lease_until > #{later("2 * lease_seconds")} OR owner_job_id = :job)"
        end

        # The holder before neither gave it back, nor said it was leaving, nor committed, and is not this process.
        def dead
          "token IS NOT NULL AND leaving = 0 AND claim_commits = commits AND owner <> :owner AND (level = 0 OR tries_fence = fence)"
        end

        # The place in a group is for who works: a run that waits, or is paused, is not to keep others from it.
        def set_released(after, throttled: false)
          "token = NULL, lease_until = NULL, slot_key = NULL, dispatch_after = #{moment_after(after)}, throttled_until = #{moment_after(throttled ? after : nil)}"
        end

        def moment_after(seconds) = seconds ? later(Float(seconds).to_s) : "NULL"

        # In this order: MySQL reads from left to right.
        def set_claim
          <<~SQL
            deaths = CASE WHEN #{dead} THEN deaths + 1 WHEN token IS NULL THEN deaths ELSE 0 END,
            claim_commits = commits, prev_token = token, fence = fence + 1, token = :token, owner = :owner, owner_job_id = :job,
            provider_job_id = COALESCE(:provider_job, provider_job_id),
            leaving = 0, active_key = #{active_key}, slot_key = COALESCE(slot_key, :slot), status = 'in_progress',
            dispatch_after = NULL, throttled_until = NULL, dispatches = 0, started_at = COALESCE(started_at, #{now}), updated_at = #{now},
            lease_until = #{later("lease_seconds")}
          SQL
        end

        def active_key
          part = "CASE WHEN part IS NULL THEN '' ELSE #{concat("'/p'", "part")} END"
          "COALESCE(:active_key, #{concat("'flow:'", "data_flow_id", "':'", "arguments_digest", part)})"
        end

        # A row that its worker was trying, and died of, is still that one's for the next claim, which counts the death.
        def set_overtaken = "tries_fence = CASE WHEN tries_fence = fence THEN fence + 1 ELSE tries_fence END, fence = fence + 1"

        # The end of a part is nothing that the author is told of: the end of the whole run is.
        def callbacks_due = "callbacks_due = CASE WHEN part IS NULL THEN 1 ELSE 0 END"

        # The deaths end here: kept over a commit and a release, they would put another row aside than the one that kills.
        def set_commit(counters)
          <<~SQL
            commits = commits + 1, deaths = 0, pending_bounds = NULL, #{quoted(:cursor)} = :to, #{set_counters(counters)}
            level = CASE WHEN suspect_left > :rows THEN level ELSE 0 END,
            suspect_left = CASE WHEN suspect_left > :rows THEN suspect_left - :rows ELSE 0 END,
            lease_until = #{later("lease_seconds")}
          SQL
        end

        def set_last(counters, callbacks)
          due = callbacks ? "#{callbacks_due}, dispatch_after = #{now}" : "callbacks_due = 0, dispatch_after = NULL"
          "#{set_commit(counters)}, status = 'success', token = NULL, active_key = NULL, slot_key = NULL, #{due}, " \
            "ended_at = #{now}, updated_at = #{now}"
        end

        # All or none, with a comma behind each: so there are two statements, and not one for each set of counters.
        def set_counters(counters)
          return "" if counters.empty?

          Columns::COUNTERS.map { |name| "rows_#{name} = rows_#{name} + :#{name}, " }.join
        end

        def guards = GUARDS.values.join(" AND ")

        def set_alive
          slower = "CASE WHEN 2 * lease_seconds < :most THEN 2 * lease_seconds ELSE :most END"
          "deaths = CASE WHEN deaths > 0 THEN deaths - 1 ELSE 0 END, lease_seconds = #{slower}, prev_token = NULL"
        end

        # Nobody but the task that has started it is to be told.
        def set_cancelled
          "status = 'cancelled', fence = fence + 1, #{ENDED}, callbacks_due = CASE WHEN parent_task_id IS NULL THEN 0 ELSE 1 END, " \
            "dispatch_after = CASE WHEN parent_task_id IS NULL THEN NULL ELSE #{now} END, ended_at = #{now}, updated_at = #{now}"
        end

        def set_failed
          "status = 'failed', #{ENDED}, dispatch_after = #{now}, #{callbacks_due}, ended_at = #{now}, updated_at = #{now}, #{ERROR}"
        end

        # Whoever starts a failed run again may have mended what killed its workers: the row is tried once more.
        def set_pending
          "status = 'pending', deaths = 0, stop_requested = NULL, stop_requested_at = NULL, attempt = 0, callbacks_due = 0, ended_at = NULL, " \
            "dispatch_after = #{now}, updated_at = #{now}"
        end
      end
    end
  end
end
