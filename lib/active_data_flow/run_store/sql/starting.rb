# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # Which run a start goes on with, and what people look at.
      module Starting
        # (see Base#find_or_create)
        def find_or_create(flow_name:, arguments:, digest:, fingerprint: nil, restart: false, cursor: nil, definition: {}, ranges: nil)
          alone_in_a_start do |connection|
            flow_id = locked_flow(connection, flow_name, definition)
            known = to_go_on_with(connection, flow_id, digest)
            next reopened(connection, known) if known && !given_up?(connection, known, restart)

            make(connection, flow_id, {arguments:, digest:, fingerprint:, cursor:, ranges:}, dispatch_after: Dispatching::Later.new(RunStore::Dispatching::ABANDONED))
          end
        end

        # (see Base#find)
        def find(run_id) = database.with_connection { |connection| read(connection, "id = :id", id: run_id).first }

        # (see Base#runs)
        def runs(flow_name = nil)
          where = ["parent_run_id IS NULL", *(of_flow if flow_name)].join(" AND ")
          database.with_connection { |connection| read(connection, where, order: in_order(connection, "DESC"), flow_name:) }
        end

        # (see Base#rejects)
        def rejects(run_id)
          database.with_connection { |connection| rejects_of(connection, run_id) }.map do |hash|
            hash.to_h { |name, value| [name.to_sym, Columns::PERSONAL.include?(name.to_sym) ? database.open(value) : value] }
          end
        end

        private

        def of_flow = "data_flow_id = (SELECT id FROM #{Statements::FLOWS} WHERE name = :flow_name)"

        def alone_in_a_start
          database.apart do
            begun_again do
              database.transaction do |connection, alone|
                stand_still_at_most(connection, lease_seconds) if alone
                yield connection
              end
            end
          end
        end

        # Where a deadlock takes the whole transaction with it.
        def begun_again = yield

        # Where a process that stands still here would stop every other start.
        def stand_still_at_most(_connection, _seconds) = nil

        # Two starts at once take turns here, by a write: the second finds the run of the first.
        def locked_flow(connection, name, definition)
          add_flow(connection, name, definition)
          ask(connection, "UPDATE #{Statements::FLOWS} SET updated_at = #{now} WHERE name = :name RETURNING id", name:).first["id"]
        end

        def add_flow(connection, name, definition)
          values = flow_values(connection, name, definition)
          ask(connection, "#{insert_flow(values)} ON CONFLICT (name) DO NOTHING", **values)
        end

        def insert_flow(values)
          "INSERT INTO #{Statements::FLOWS} (#{values.keys.join(", ")}, status, created_at, updated_at) " \
            "VALUES (#{values.keys.map { |column| ":#{column}" }.join(", ")}, 'active', #{now}, #{now})"
        end

        def flow_values(connection, name, definition)
          {**own_key(connection), name:, source: definition.fetch(:source, {}), sink: definition.fetch(:sink, {}), runtime: definition[:runtime]}
        end

        def newest(connection, where, lock: "", **values)
          read(connection, where, order: "#{in_order(connection, "DESC")} LIMIT 1#{lock}", **values).first
        end

        def to_go_on_with(connection, flow_id, digest)
          row = newest(connection, "data_flow_id = :flow_id AND arguments_digest = :digest AND parent_run_id IS NULL", flow_id:, digest:)
          row if row && !%w[success cancelled].include?(row.status)
        end

        def reopened(connection, row)
          return row unless row.status == "failed"

          change(connection, set_pending, "id = :id AND status = 'failed'", id: row.id)
          read(connection, "id = :id", id: row.id).first
        end

        def insert_run(connection, flow_id, arguments:, digest:, dispatch_after:, run_after: :now, **columns)
          insert(connection, Statements::RUNS, {data_flow_id: flow_id, run_after:, dispatch_after:, arguments:, arguments_digest: digest,
            **columns, lease_seconds:, created_at: :now, updated_at: :now}, unless_there:)
        end

        # A run that another has made meanwhile is no error: that would end the application's transaction.
        def unless_there = " ON CONFLICT DO NOTHING"
      end
    end
  end
end
