# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # What there is of a flow and its arguments, in one look: a start that finds nothing to do asks little.
      module Looking
        IDENTITY = "data_flow_id = :flow_id AND arguments_digest = :digest AND parent_run_id IS NULL"
        BY = {created_by_job_id: "created_by_job_id = :created_by_job_id", triggered_by: "(triggered_by = :triggered_by AND data_flow_id = :flow_id)"}.freeze
        MOST = 100
        private_constant :BY, :MOST

        # @param names [Array<Symbol>] :created_by_job_id, :triggered_by
        # @return [String] a condition: made by that
        def self.by(*names) = BY.values_at(*names).join(" OR ")

        # newest:: Row, of the flow and the arguments
        # made:: Row, by the same job, or for the same reason
        # owing:: Array of Rows that have ended, and whose flow was not told
        Found = Data.define(:newest, :made, :owing) do
          # @return [Row, nil] unfinished or failed
          def to_go_on_with = (newest unless newest.nil? || %w[success cancelled].include?(newest.status))

          # @return [Boolean] whether the newest one is also the last that ended, well or not; or there is none
          def ended? = newest.nil? || newest.status == "success"
        end

        private

        def look(connection, flow_id, run, owing: false)
          by = made_by(run)
          wanted = [newest_of_identity(connection), *by.keys.map { |name| Looking.by(name) }, *("(#{IDENTITY} AND #{owed})" if owing)]
          rows = read(connection, wanted.join(" OR "), order: "#{in_order(connection, "DESC")} LIMIT #{MOST}", flow_id:, digest: run.fetch(:digest), **by)
          found(rows, flow_id, run, by, owing)
        end

        def newest_of_identity(connection)
          "id = (SELECT id FROM #{Statements::RUNS} WHERE #{IDENTITY} ORDER BY #{in_order(connection, "DESC")} LIMIT 1)"
        end

        # They come with the newest first.
        def found(rows, flow_id, run, by, owing)
          same = rows.select { |row| row.data_flow_id == flow_id && row.arguments_digest == run.fetch(:digest) && row.parent_run_id.nil? }
          made = rows.find { |row| by.any? { |name, value| row[name] == value && (name == :created_by_job_id || row.data_flow_id == flow_id) } }
          Found.new(newest: same.first, made:, owing: owing ? same.select { |row| owes?(row) } : [])
        end

        # Whether its time has come says who is to win it.
        def owes?(row) = row.finished? && row.callbacks_due == 1

        def made_by(run) = run.slice(:created_by_job_id, :triggered_by).compact
      end
    end
  end
end
