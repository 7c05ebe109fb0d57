# frozen_string_literal: true

module Bench
  module StoredTasks
    # The limit: what one task of ours sends, prepared once and sent again by hand, through the same driver, with values that
    # are ready. It knows how one task's steps look, and decides, checks and encodes nothing.
    class Statements < Ours
      # Notes what a statement of ours sends.
      module Noted
        class << self
          # @return [Array<Array>, nil] text and values of each; nil while nobody listens
          attr_accessor :sent
        end

        def value(connection, values)
          Noted.sent&.push([@text, binds(values)])
          super
        end
      end

      def call
        id = nil
        @steps.each { |statement, values, id_at| id = send_one(statement, values, id_at, id) }
      end

      private

      def connect
        super
        @order.call(customer: "Customer 0") # leases and statements are there
        sent = sent_by_one_task
        @raw = ActiveRecord::Base.connection.tap(&:materialize_transactions).raw_connection
        extend((@config[:adapter] == "sqlite3") ? Sqlite : Postgresql)

        prepared = Hash.new { |known, sql| known[sql] = prepare(sql, known.size) }
        id = ActiveRecord::Base.connection.select_value("SELECT max(id) FROM operations_tasks")
        @steps = sent.map.with_index { |(sql, values), at| [prepared[sql], values, (values.rindex(id) unless at.zero?)] }
      end

      # Its id has to be a number that no other value is.
      def sent_by_one_task
        ActiveRecord::Base.connection.execute("INSERT INTO operations_tasks (id, created_at, updated_at) VALUES (1000000, '2026-01-01', '2026-01-01')")
        advance_ids
        Operations::Storage::ActiveRecord::Statement.prepend(Noted)
        Noted.sent = []
        @order.call(customer: "Customer 1")
        Noted.sent.tap { Noted.sent = nil }
      end

      def advance_ids
        return if @config[:adapter] == "sqlite3"

        ActiveRecord::Base.connection.execute("SELECT setval(pg_get_serial_sequence('operations_tasks', 'id'), 1000000)")
      end

      # By the sqlite3 gem.
      module Sqlite
        def prepare(sql, _number) = @raw.prepare(sql)

        def send_one(statement, values, id_at, id)
          values[id_at] = id if id_at
          statement.reset!
          statement.bind_params(values)
          answer = statement.step || raise("no row")
          statement.step
          id || answer.first
        end
      end

      # By the pg gem.
      module Postgresql
        def prepare(sql, number) = "step_#{number}".tap { |name| @raw.prepare(name, sql) }

        def send_one(statement, values, id_at, id)
          values[id_at] = id if id_at
          answer = @raw.exec_prepared(statement, values)
          raise "no row" unless answer.ntuples == 1

          id || answer.getvalue(0, 0)
        end
      end
    end
  end
end
