# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # Which run a start goes on with, and what people look at.
      module Starting
        # As {Base#find_or_create} says.
        # @return [Row]
        def find_or_create(flow_name:, restart: false, definition: {}, premises: nil, owing: false, **run)
          alone_in_a_start(flow_name, definition, premises) do |connection, flow_id|
            found = look(connection, flow_id, run, owing:)
            raise Owing.new(found.owing) if found.owing.any?

            known = found.to_go_on_with
            next reopened(connection, known) if known && !given_up?(connection, known, restart)

            make_now(connection, flow_id, run, found)
          end
        end

        # (see Base#find)
        def find(run_id) = database.with_connection { |connection| read(connection, "id = :id", id: run_id).first }

        # (see Base#runs)
        def runs(flow_name = nil, limit: nil)
          where = ["parent_run_id IS NULL", *(of_flow if flow_name)].join(" AND ")
          most = " LIMIT #{Integer(limit)}" if limit
          database.with_connection { |connection| read(connection, where, order: "#{in_order(connection, "DESC")}#{most}", flow_name:) }
        end

        private

        def of_flow = "data_flow_id = (SELECT id FROM #{Statements::FLOWS} WHERE name = :flow_name)"

        def alone_in_a_start(name, definition, premises, unless_inactive: false)
          apart_and_whole do |connection, alone|
            flow = turn_of(connection, name, definition, premises, alone)
            raise Inactive.new(name) if unless_inactive && flow["status"] == "inactive"

            yield connection, flow["id"]
          end
        end

        def apart_and_whole(&) = database.apart { begun_again { database.transaction(&) } }

        # Where a deadlock takes the whole transaction with it.
        def begun_again = yield

        # Two starts at once take turns here, by a write: the second finds the run of the first.
        # @return [Integer, String] the flow's id
        def take_turn(...) = turn_of(...).fetch("id")

        # @return [Hash] the flow's id and status
        def turn_of(connection, name, definition, premises, alone)
          turn(connection, name, premises, alone) || begin
            add_flow(connection, name, definition)
            turn(connection, name, premises, alone)
          end
        end

        def turn(connection, name, premises, alone)
          confirmed(connection, premises, name:, **stillness) do |columns|
            "UPDATE #{Statements::FLOWS} SET updated_at = #{now} WHERE name = :name#{standing_still(alone)} RETURNING #{columns}"
          end
        end

        # A statement that is sent anyway confirms what the plan takes for granted.
        # @return [Hash, nil] of the flow: its id and status
        def confirmed(connection, premises, **values)
          return ask(connection, yield("id, status"), **values).first unless premises

          row = ask(connection, yield("id, status, :premises AS premises"), **values, premises: Connection::Plain.new(premises.sql(connection))).first
          row&.tap { premises.confirm(row["premises"]) }
        end

        # A process that stands still here stops every other start: where the database can end that, a part of the condition.
        def standing_still(_alone) = ""

        # The values of that.
        def stillness = {ms: (lease_seconds * 1000).to_s}

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

        def last_of(connection, flow_id, run)
          newest(connection, "#{Looking::IDENTITY} AND #{Statements::LAST}", flow_id:, digest: run.fetch(:digest))
        end

        def reopened(connection, row)
          return row unless row.status == "failed"

          change(connection, set_pending, "id = :id AND status = 'failed'", id: row.id)
          read(connection, "id = :id", id: row.id).first
        end

        # A row that another has made meanwhile is no error: that would end the application's transaction.
        def unless_there = " ON CONFLICT DO NOTHING"

        # @return [Row, nil] nil where there is one
        def insert_run(connection, flow_id, **run)
          sql = insertion(connection, Statements::RUNS, [{**own_key(connection), **new_run(flow_id, **run)}])
          row = connection.exec_query("#{sql}#{unless_there} RETURNING *, #{Statements::FLOW_NAME}", Connection::LABEL).to_a.first
          row && Row.new(typed(row))
        end

        def new_run(flow_id, arguments:, digest:, dispatch_after:, run_after: :now, **columns)
          {data_flow_id: flow_id, run_after:, dispatch_after:, arguments:, arguments_digest: digest, **columns, lease_seconds:, created_at: :now, updated_at: :now}
        end
      end
    end
  end
end
