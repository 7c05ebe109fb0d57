# frozen_string_literal: true

require "json"
require "time"

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # Values into statements, and rows out of them.
      module Connection
        LABEL = "ActiveDataFlow run"
        # SQL in the place of a value.
        Plain = Data.define(:sql)

        private

        def bind(connection, sql, values)
          sql.gsub(Statement::PLACE) { literal(connection, values.fetch($1.to_sym)) }
        end

        def literal(connection, value)
          return value.sql if value.is_a?(Plain)

          value = Storable.json(value) if value.is_a?(Hash) || value.is_a?(Array)
          connection.quote(value)
        end

        # One statement, and its answer read to the end. Never out of a query cache.
        # @return [Array<Hash{String => Object}>]
        def ask(connection, sql, **values) = connection.exec_query(bind(connection, sql, values), LABEL).to_a

        # One guarded UPDATE of the run row.
        # @param columns [String] what is wanted of the row as it is afterwards
        # @return [Hash{String => Object}, nil] nil when it matched nothing
        def change(connection, set, where, columns = "id", **values)
          ask(connection, "UPDATE #{Statements::RUNS} SET #{set} WHERE #{where} RETURNING #{columns}", **values).first
        end

        # The same for a statement that comes with every batch, prepared: its parsing and planning take longer than it does.
        def change_often(connection, set, where, columns = "id", **values)
          sql = "UPDATE #{Statements::RUNS} SET #{set} WHERE #{where} RETURNING #{columns}"
          (often[sql] ||= Statement.new(sql, LABEL) { |number| place(number) }).hashes(connection, values).first
        end

        # There are four of them, and those of another clock.
        def often = @often ||= {}

        # @param rows [Array<Hash>] with the same keys; `:now` is the server's moment, {Dispatching::Later} one after it
        # @return [Integer, String] an id of theirs
        def insert(connection, table, *rows, unless_there: "")
          rows = rows.map { |row| {**own_key(connection), **row} }
          id = connection.insert("#{insertion(connection, table, rows)}#{unless_there}", LABEL, "id")
          rows.first.fetch(:id, id)
        end

        # @return [String]
        def insertion(connection, table, rows)
          names = rows.first.keys.map { |name| connection.quote_column_name(name) }.join(", ")
          values = rows.map { |row| "(#{row.values.map { |value| written(connection, value) }.join(", ")})" }
          "INSERT INTO #{table} (#{names}) VALUES #{values.join(", ")}"
        end

        def written(connection, value)
          case value
          when :now then now
          when Dispatching::Later then later(Float(value.seconds).to_s)
          else literal(connection, value)
          end
        end

        def listed(connection, values) = values.map { |value| connection.quote(value) }.join(", ")

        def read(connection, where, order: in_order(connection), **values)
          sql = "SELECT #{Statements::RUNS}.*, #{Statements::FLOW_NAME} FROM #{Statements::RUNS} WHERE #{where} ORDER BY #{order}"
          ask(connection, sql, **values).map { |hash| Row.new(typed(hash)) }
        end

        # @return [Array<Hash{String => Object}>] the rows that were put aside, as they came
        def rejects_of(connection, run_id, columns = "*")
          ask(connection, "SELECT #{columns} FROM #{Statements::REJECTS} WHERE run_id = :run_id ORDER BY #{in_order(connection)}", run_id:)
        end

        def typed(hash)
          hash.to_h { |name, value| [name.to_sym, cast(Columns::RUNS.dig(name.to_sym, 0), value)] }
        end

        def cast(kind, value)
          case kind
          when :datetime then moment(value)
          when :json then value.is_a?(String) ? JSON.parse(value) : value
          else value
          end
        end

        def moment(value) = value.is_a?(String) ? Time.parse("#{value} UTC").utc : value

        def quoted(name) = name.to_s

        # What a database may spell another way.
        def place(number) = "?#{number}"

        def concat(*parts) = parts.join(" || ")
      end
    end
  end
end
