# frozen_string_literal: true

require "json"
require "rbconfig"

# Real databases that the SQL of reading by key is tried out on. Another one is one line in ALL, and a class like SQLite's.
module KeysetDatabases
  # One table, in the memory of a process of its own: the suite's process loads no SQLite.
  class SQLite
    SERVER = <<~RUBY
      require "sqlite3"
      require "json"
      database = SQLite3::Database.new(":memory:")
      $stdin.each_line do |line|
        $stdout.puts JSON.generate(JSON.parse(line).map { |sql, binds| database.execute(sql, binds) })
        $stdout.flush
      end
    RUBY

    # @return [String] whose SQL is printed
    def dialect = "sqlite"

    # One process for all examples; it ends with the suite's, which closes its standard input.
    def self.server = @server ||= IO.popen([RbConfig.ruby, "-W0", "-e", SERVER], "r+")

    # @param columns [Hash{String => String}] names and SQL types
    # @param index [String] the columns of the index, in the order that is read
    def create(columns, index:, rows:)
      definitions = columns.map { |name, type| "#{name} #{type}" }.join(", ")
      marks = Array.new(columns.size, "?").join(", ")
      ask(["DROP TABLE IF EXISTS t", []], ["CREATE TABLE t (#{definitions})", []], ["CREATE INDEX by_order ON t (#{index})", []],
        *rows.map { |row| ["INSERT INTO t VALUES (#{marks})", row] }, ["ANALYZE", []])
    end

    def select(sql, binds = []) = ask([sql, binds]).last

    # @return [Array<String>] the steps of the plan
    def plan(sql, binds) = select("EXPLAIN QUERY PLAN #{sql}", binds).map(&:last)

    # Whether the plan reads a range of the index, in its order.
    def index_range?(plan) = plan.size == 1 && plan.first.match?(/\ASEARCH t USING (COVERING )?INDEX by_order \(.*[<>]/)

    def close = ask(["DROP TABLE IF EXISTS t", []])

    private

    def ask(*statements)
      self.class.server.puts JSON.generate(statements)
      JSON.parse(self.class.server.gets || raise("SQLite's process has ended"))
    end
  end

  ALL = {
    "SQLite" => -> { SQLite.new }
  }.freeze
end
