# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # Deletes what was kept long enough: rows that were put aside (`reject_retention`), and runs that have ended
    # (`run_retention`). `bin/rails active_data_flow:cleanup` calls it, once a day say.
    #
    # What was in the rejects of a run that has not succeeded goes, and they themselves go with it.
    #
    # A run stays as long as nothing better is there: the last success of a flow and its arguments, which says where
    # `read :new` goes on, and what failed or was cancelled after it. Parts go with their run.
    module Cleanup
      AT_ONCE = 1_000
      # Behind which the run is history.
      LATER = <<~SQL.squish.freeze
        EXISTS (SELECT 1 FROM active_data_flow_data_flow_runs later
          WHERE later.data_flow_id = active_data_flow_data_flow_runs.data_flow_id
            AND later.arguments_digest = active_data_flow_data_flow_runs.arguments_digest
            AND later.parent_run_id IS NULL AND later.status = 'success' AND later.ended_at > active_data_flow_data_flow_runs.ended_at)
      SQL
      EMPTY = RunStore::Columns::PERSONAL.to_h { |name| [name, nil] }.freeze
      private_constant :AT_ONCE, :LATER, :EMPTY

      class << self
        # @return [Hash{Symbol => Integer}] how many :rejects and :runs were deleted
        def call
          config = ActiveDataFlow.configuration
          {rejects: rejects(before(config.reject_retention)), runs: runs(before(config.run_retention))}
        end

        private

        def before(retention) = retention && Time.current - retention

        def rejects(moment)
          return 0 unless moment

          old = Reject.where(created_at: ...moment)
          of_successes = old.where(run_id: DataFlowRun.success.select(:id))
          in_parts(of_successes) { |ids| Reject.where(id: ids).delete_all } + in_parts(whole(old)) { |ids| empty(ids) }
        end

        # A run that may go on tells by their number which of them are committed: of those the row remains, without what was in it.
        def whole(old) = RunStore::Columns::PERSONAL.map { |name| old.where.not(name => nil) }.reduce(:or)

        # Nobody can mend it any more.
        def empty(ids)
          Reject.where(id: ids, status: "open").update_all(status: "discarded")
          Reject.where(id: ids).update_all(EMPTY)
        end

        def runs(moment)
          return 0 unless moment

          ended = DataFlowRun.where(parent_run_id: nil, status: %w[success failed cancelled], callbacks_due: 0, ended_at: ...moment).where(LATER)
          in_parts(ended) do |ids|
            parts = DataFlowRun.where(parent_run_id: ids).pluck(:id)
            Reject.where(run_id: ids + parts).delete_all
            DataFlowRun.where(id: parts).delete_all
            DataFlowRun.where(id: ids).delete_all
          end
        end

        # First the keys, then the rows: no statement holds many locks, and MySQL deletes from no table that it asks.
        def in_parts(rows)
          deleted = 0
          until (ids = rows.limit(AT_ONCE).pluck(:id)).empty?
            deleted += yield(ids)
          end
          deleted
        end
      end
    end
  end
end
