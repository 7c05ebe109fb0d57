# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class Memory < Base
      # Rows that were put aside. What the block of a replay has written is not taken back.
      module Rejecting
        # (see RunStore::Rejecting#rejects)
        def rejects(run_id) = @table.rejects(run_id)

        # (see RunStore::Rejecting#find_reject)
        def find_reject(id) = @table.exclusively { @table.reject(id)&.dup }

        # (see RunStore::Rejecting#reject)
        def reject(claim, rejects) = @table.put_aside(claim, rejects)

        # (see RunStore::Rejecting#forget_uncommitted_rejects)
        def forget_uncommitted_rejects(claim) = @table.keep_rejects(claim, claim.rows_rejected)

        # (see RunStore::Rejecting#change_reject)
        def change_reject(id, **columns)
          @table.exclusively { !!open_reject(id)&.update(columns.transform_values { |value| value.is_a?(Hash) ? Storable.row(value) : value }) }
        end

        # (see RunStore::Rejecting#replay)
        def replay(run, id)
          held = @table.exclusively { hold_alone(run) if open_reject(id) } or return :settled
          return :refused unless yield(nil)

          change_reject(id, status: "replayed", replayed_at: now)
          :replayed
        ensure
          @table.exclusively { held.each { |name, before| @table[name.first][name.last] = before } } if held
        end

        private

        def open_reject(id) = @table.reject(id)&.then { |reject| reject if reject[:status] == "open" }

        # The row is marked as by a commit, and has the key that a claim takes.
        # @return [Hash{Array => Object}] what is to be as before afterwards: by id and column
        def hold_alone(run)
          holder = @table.with(:active_key, active_key_of(run))
          row = holder || @table[run.id]
          same = @table.all.select { |other| other.data_flow_id == run.data_flow_id && other.arguments_digest == run.arguments_digest }
          raise AtWork.new(run) if row[:open] || same.any? { |other| other.status == "in_progress" && held?(other) }

          before = {[row[:id], :open] => nil, [row[:id], :active_key] => row[:active_key]}
          row.update(open: Fiber.current, active_key: active_key_of(run), **(holder ? overtaken(row) : {}))
          before
        end
      end
    end
  end
end
