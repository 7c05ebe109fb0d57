# frozen_string_literal: true

require_relative "../support/postgresql"

module Bench
  module Flow
    # A server of the program's own with two databases. Rows of the source are in both where the workload wants that, so that
    # one statement can be measured beside two connections.
    class Postgresql < Place
      DATABASES = %w[source sink].freeze

      # @return [String] for the report
      def self.words = Bench::Postgresql.words

      # @param address [Hash] as the parent gave it
      # @param apart [Boolean] is the source in a database of its own?
      # @return [Array<Hash>] what `establish_connection` takes, for source and sink
      def self.configs(address, apart:)
        [apart ? "source" : "sink", "sink"].map { |database| {adapter: "postgresql", port: 5432, username: "postgres", **address, database:} }
      end

      def address = {host: server.folder}

      def prepare
        DATABASES.each { |name| server.fresh(name) }
        @workload.source_in.each do |name|
          run(name, Orders.table("orders", Orders::COLUMNS, :postgresql), Orders.fill("orders", @rows, :postgresql), "VACUUM ANALYZE orders")
        end
        run("sink", Orders.table("order_copies", Orders::COPIES, :postgresql), "ALTER TABLE order_copies SET (autovacuum_enabled = off)")
        @workload.before and run("sink", "CREATE TABLE copies_before AS #{@workload.before}")
      end

      def reset
        tables = sink.exec("SELECT tablename FROM pg_tables WHERE tablename LIKE 'active_data_flow_%'").column_values(0)
        run("sink", *tables.map { |name| "DROP TABLE #{name} CASCADE" }, "DROP TABLE order_copies",
          Orders.table("order_copies", Orders::COPIES, :postgresql))
        @workload.before and run("sink", "INSERT INTO order_copies SELECT * FROM copies_before ORDER BY id")
        run("sink", "VACUUM ANALYZE order_copies", "CHECKPOINT")
        @old = sink.exec("SELECT DISTINCT xmin FROM order_copies").column_values(0) if @workload.before
      end

      def check(upto)
        wanted = digest(connection(@workload.source_in.last), @workload.select("id <= #{upto}"))
        found = digest(sink, "SELECT #{Orders::COPIES.keys.join(", ")} FROM order_copies WHERE id <= #{upto}")
        return if wanted == found

        raise Wrong, "#{found.first} rows with the digest #{found.last} are there, and #{wanted.first} with #{wanted.last} were wanted"
      end

      # Rows written are those of another transaction than those that were there before: nothing else is counted as exactly.
      def effects(upto)
        return {} unless @workload.before

        old = @old.empty? ? "true" : "xmin::text NOT IN (#{@old.map { |xid| "'#{xid}'" }.join(", ")})"
        written = sink.exec("SELECT count(*) FROM order_copies WHERE id <= #{upto} AND #{old}").getvalue(0, 0).to_i
        {written:, dead: dead}
      end

      def close = connections.each_value(&:close).clear

      private

      # The counters of a session are written when it ends; the child's has.
      def dead
        sink.exec("SELECT pg_stat_clear_snapshot()")
        sink.exec("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'order_copies'").getvalue(0, 0).to_i
      end

      def digest(connection, select)
        connection.exec("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM (#{select}) t").values.first
      end

      def run(database, *statements) = statements.each { |sql| connection(database).exec(sql) }

      def sink = connection("sink")

      def connection(database) = connections[database] ||= server.connect(database)

      def connections = @connections ||= {}

      def server = Bench::Postgresql.server
    end
  end
end
