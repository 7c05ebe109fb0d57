# frozen_string_literal: true

module Bench
  module Flow
    module Limits
      # What a mirror comes to in plain SQL, in one transaction: what is new or differs is written, what the source has not is deleted.
      class MirrorOnPostgresql < GuardedUpsert
        def call
          @connection.transaction do
            {written: @connection.exec(plain).cmd_tuples,
             deleted: @connection.exec("DELETE FROM order_copies s WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = s.id)").cmd_tuples}
          end
        end
      end

      # The same over ATTACH.
      class MirrorOnSqlite
        def initialize(child)
          @child = child
        end

        def prepare
          source, sink = @child.configs
          @database = @child.sqlite(sink)
          @database.execute("ATTACH ? AS place", ["file:#{source[:database]}?mode=ro"])
        end

        def call
          others = @child.columns - ["id"]
          @database.transaction do
            @database.execute("INSERT INTO order_copies (#{@child.columns.join(", ")}) #{@child.select("true", from: "place.orders")} " \
              "ON CONFLICT (id) DO UPDATE SET #{others.map { |name| "#{name} = excluded.#{name}" }.join(", ")} " \
              "WHERE #{others.map { |name| "order_copies.#{name} IS NOT excluded.#{name}" }.join(" OR ")}")
            @database.execute("DELETE FROM order_copies WHERE NOT EXISTS (SELECT 1 FROM place.orders o WHERE o.id = order_copies.id)")
          end
        end
      end
    end
  end
end
