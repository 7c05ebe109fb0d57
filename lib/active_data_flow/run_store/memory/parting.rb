# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class Memory < Base
      # Runs that were split, in Ruby.
      module Parting
        GOING = {status: "in_progress", stop_requested: nil, callbacks_due: 0, ended_at: nil, dispatch_after: nil}.freeze
        private_constant :GOING

        # (see RunStore::Parting#parts)
        def parts(run_id) = @table.all.select { |row| row.parent_run_id == run_id }.sort_by(&:part)

        # (see RunStore::Parting#over)
        def over(limit: 100)
          some(limit) { |row| row[:status] == "in_progress" && row[:part_count] && ending_of(parts(row.id)) }
        end

        # (see RunStore::Parting#end_split)
        def end_split(run_id)
          ask(run_id) do |row|
            parts = parts(run_id)
            ending = ending_of(parts) if row[:status] == "in_progress"
            ending && {started_at: parts.filter_map(&:started_at).min, **ended_split(ending, row, parts)}
          end
        end

        # (see Base#pause)
        def pause(run_id) = super.tap { |done| parts(run_id).each { |part| super(part.id) } if done }

        # (see Base#cancel)
        def cancel(run_id)
          parts = parts(run_id)
          return super if parts.empty?

          told = ask(run_id) { |row| {stop_requested: "cancel"} if unfinished?(row) || row[:status] == "failed" }
          parts.each { |part| super(part.id) } if told
          end_split(run_id)
          ask(run_id) { |row| cancelled(row) if told && row[:status] == "failed" }
          told
        end

        # (see Base#resume)
        def resume(run_id)
          split = ask(run_id) { |row| GOING if row[:part_count] && (row[:status] == "failed" || (unfinished?(row) && row[:stop_requested] == "pause")) }
          split ? parts(run_id).each { |part| super(part.id) } && true : super
        end

        private

        def ended_split(ending, row, parts)
          return cancelled(row) if ending == :cancelled

          told = {status: ending.to_s, **People::ENDED, callbacks_due: 1, dispatch_after: now, ended_at: now}
          (ending == :success) ? {**told, cursor: parts.last.cursor} : {**told, **error_of(parts)}
        end

        def create(ranges: nil, **values)
          return super(**values) unless ranges

          row = super(**values, **split_in(ranges))
          @table[row.id][:dispatch_after] = nil
          values = {**values, wait: 0} if values[:created_by_job_id] # it does not take them itself, but hands them out
          ours = values.except(:triggered_by, :created_by_job_id, :parent_task_id)
          ranges.each.with_index(1) { |range, number| super(**ours, **part_in(row, range, number)) }
          find(row.id)
        end

        def reopen(row)
          return super unless row[:part_count] && row[:status] == "failed"

          parts(row[:id]).each { |part| super(@table[part.id]) }
          row.update(GOING)
        end

        def given_up?(row, restart)
          return super unless row[:part_count]

          parts = parts(row[:id])
          at_work = parts.find { |part| held?(part) } if restart
          raise AtWork, at_work if at_work

          cancel(row[:id]) if restart || (row[:stop_requested] == "cancel" && parts.all?(&:finished?))
          row[:status] == "cancelled"
        end
      end
    end
  end
end
