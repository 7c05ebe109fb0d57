# frozen_string_literal: true

require "fileutils"
require "tmpdir"

module Bench
  module Flow
    # Two files in a temporary folder. The sink's is made anew before each run; journal and synchronous are what Rails sets.
    class Sqlite < Place
      PRAGMAS = {journal_mode: "WAL", synchronous: "NORMAL"}.freeze

      def self.words = "SQLite #{version} (the sqlite3 gem's own); #{PRAGMAS.map { |name, value| "#{name} = #{value}" }.join(", ")}"

      def self.version
        require "sqlite3"
        SQLite3::SQLITE_VERSION
      end

      # (see Postgresql.configs)
      def self.configs(address, **) = address.values_at(:source, :sink).map { |database| {adapter: "sqlite3", database:} }

      def address = {source: file("source"), sink: file("sink")}

      def prepare
        require "sqlite3"
        open("source") do |database|
          [Orders.table("orders", Orders::COLUMNS, :sqlite), Orders.fill("orders", @rows, :sqlite), "ANALYZE"].each { |sql| database.execute(sql) }
          database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        end
      end

      def reset
        FileUtils.rm_f(Dir["#{file("sink")}*"])
        open("sink") do |database|
          database.execute(Orders.table("order_copies", Orders::COPIES, :sqlite))
          fill(database) if @workload.before
        end
      end

      def check(upto)
        open("sink") do |database|
          database.execute("ATTACH ? AS place", [file("source")])
          wanted, found, equal = %w[wanted found equal].map { |name| database.get_first_value(send(name, upto)) }
          return if wanted == found && found == equal

          raise Wrong, "#{found} rows are there, #{wanted} were wanted, and #{equal} are equal"
        end
      end

      def close = FileUtils.rm_rf(folder)

      private

      def fill(database)
        database.execute("ATTACH ? AS place", [file("source")])
        database.execute("INSERT INTO order_copies #{@workload.before} ORDER BY id")
        ["DETACH place", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"].each { |sql| database.execute(sql) }
      end

      def wanted(upto) = "SELECT count(*) FROM (#{@workload.select("id <= #{upto}", from: "place.orders")})"

      def found(_upto) = "SELECT count(*) FROM order_copies"

      def equal(upto)
        same = Orders::COPIES.keys.map { |name| "wanted.#{name} IS order_copies.#{name}" }
        "SELECT count(*) FROM (#{@workload.select("id <= #{upto}", from: "place.orders")}) AS wanted JOIN order_copies USING (id) WHERE #{same.join(" AND ")}"
      end

      def folder = @folder ||= Dir.mktmpdir("adf-bench")

      def file(name) = File.join(folder, "#{name}.sqlite3")

      def open(name)
        database = SQLite3::Database.new(file(name))
        PRAGMAS.each { |pragma, value| database.execute("PRAGMA #{pragma} = #{value}") }
        yield database
      ensure
        database&.close
      end
    end
  end
end
