# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # P8: the places of a group. That a key can be there once is what keeps more runs out; a count would let several in at
      # the same moment.
      module Slots
        # (see RunStore::Dispatching#taken_slots)
        def taken_slots(keys)
          database.with_connection do |connection|
            ask(connection, "SELECT slot_key FROM #{Statements::RUNS} WHERE slot_key IN (#{listed(connection, keys)})").map { |row| row["slot_key"] }
          end
        end

        # (see RunStore::Dispatching#free_lapsed_slots)
        def free_lapsed_slots(keys = nil)
          lapsed = "slot_key IS NOT NULL AND token IS NOT NULL AND lease_until < #{now}"
          held = database.with_connection do |connection|
            read(connection, keys ? "slot_key IN (#{listed(connection, keys)}) AND #{lapsed}" : lapsed)
          end
          held.select { |row| alter(row.id, set_slot_free, lapsed) }.map(&:id)
        end

        # (see RunStore::Dispatching#await_slot)
        def await_slot(run_id, job_id:)
          alter(run_id, "enqueued_job_id = NULL, updated_at = #{now}", "enqueued_job_id = :job", job: job_id.to_s)
        end

        # (see RunStore::Dispatching#awaiting_slot)
        def awaiting_slot(flow_names, limit: 1)
          database.with_connection do |connection|
            flows = "data_flow_id IN (SELECT id FROM #{Statements::FLOWS} WHERE name IN (#{listed(connection, flow_names)}))"
            read(connection, "#{flows} AND #{awaits_slot}", order: "#{in_order(connection)} LIMIT #{Integer(limit)}")
          end
        end

        # (see RunStore::Dispatching#hasten)
        def hasten(run_id) = alter(run_id, "dispatch_after = #{now}, updated_at = #{now}", awaits_slot)

        private

        # It was won, no worker has taken it since, and the job that was enqueued for it is gone.
        def awaits_slot = "#{Statements::UNFINISHED} AND stop_requested IS NULL AND dispatches > 0 AND enqueued_job_id IS NULL"

        def set_slot_free = "slot_key = NULL, #{set_overtaken}"
      end
    end
  end
end
