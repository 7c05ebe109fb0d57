# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # Runs of flows that a program does not know. Guarded by the fence: who has taken the run meanwhile knows it.
      module Unknown
        # (see RunStore::Dispatching#postpone)
        def postpone(row, error, after:)
          metadata = unknown(row)
          done = alter(row.id, "dispatch_after = #{later(Float(after).to_s)}, metadata = :metadata, #{Statements::ERROR}", still,
            fence: row.fence, metadata:, **Base.error_columns(error))
          metadata.dig("unknown", "since") if done
        end

        # (see RunStore::Dispatching#fail_waiting)
        def fail_waiting(row, error) = alter(row.id, set_failed, still, fence: row.fence, **Base.error_columns(error))

        private

        def still = "fence = :fence AND #{waiting}"
      end
    end
  end
end
