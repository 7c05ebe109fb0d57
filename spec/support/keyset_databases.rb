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

  # A database of the suite's own server. A table of a few pages is read as a whole, or sorted, where that is cheaper; what
  # is looked at here is what the server can do with a large one, so it is told to do without, or gets a large one.
  class PostgreSQL
    # @param choice [Boolean] whether the server may choose as it likes
    def initialize(choice: false)
      %w[seqscan bitmapscan].each { |way| pg.exec("SET enable_#{way} = #{choice ? "on" : "off"}") }
    end

    # @return [String] whose SQL is printed
    def dialect = "postgresql"

    def self.connection
      @connection ||= begin
        config = Postgresql.fresh("keysets")
        PG.connect(host: config[:host], port: config[:port], user: config[:username], dbname: config[:database]).tap do |pg|
          pg.exec("SET client_min_messages = warning")
          pg.type_map_for_results = PG::BasicTypeMapForResults.new(pg)
        end
      end
    end

    # (see SQLite#create)
    def create(columns, index:, rows:)
      close
      definitions = columns.map { |name, type| "#{name} #{type.sub("text", 'text COLLATE "C"')}" }.join(", ")
      pg.exec("CREATE TABLE t (#{definitions})")
      pg.copy_data("COPY t FROM STDIN", PG::TextEncoder::CopyRow.new) { rows.each { |row| pg.put_copy_data(row.map { |value| value&.to_s }) } }
      pg.exec("CREATE INDEX by_order ON t (#{index})")
      pg.exec("VACUUM ANALYZE t")
    end

    def select(sql, binds = []) = pg.exec_params(sql, binds).values

    # @return [Array<Hash>] the steps of the plan, the innermost last, with what was really read
    def plan(sql, binds)
      plan = pg.exec_params("EXPLAIN (ANALYZE, FORMAT JSON) #{sql}", binds).getvalue(0, 0)
      steps_of((plan.is_a?(String) ? JSON.parse(plan) : plan).first["Plan"])
    end

    # Whether the plan reads a range of the index, in its order.
    def index_range?(plan)
      plan.last["Node Type"].match?(/\AIndex (Only )?Scan\z/) && plan.none? { |step| step["Node Type"].include?("Sort") } && ranges?(plan)
    end

    # Whether all that is read comes by ranges of the index; those of few rows may be put in order afterwards.
    def ranges?(plan)
      scans = plan.reject { |step| step.key?("Plans") }
      scans.all? { |scan| scan["Index Name"] == "by_order" && scan["Index Cond"]&.match?(/[<>]/) }
    end

    # @return [Integer] rows that were read for nothing
    def passed_over(plan) = plan.sum { |step| step.fetch("Rows Removed by Filter", 0) }

    def close = pg.exec("DROP TABLE IF EXISTS t")

    private

    def steps_of(step) = [step, *step.fetch("Plans", []).flat_map { |inner| steps_of(inner) }]

    def pg = self.class.connection
  end

  # One table in a database of the suite's server. Texts are ordered by their bytes there, as Ruby has them.
  class MariaDB
    TEXT = "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"

    # (see SQLite#dialect)
    def dialect = "mysql"

    # One session for all examples.
    def self.client
      @client ||= begin
        config = Mysql.fresh("keysets")
        Trilogy.new(**config.slice(:socket, :username, :database))
      end
    end

    # (see SQLite#create)
    def create(columns, index:, rows:)
      definitions = columns.map { |name, type| "#{name} #{type.sub("text", TEXT)}" }.join(", ")
      values = rows.map { |row| "(#{row.map { |value| quote(value) }.join(", ")})" }
      ["DROP TABLE IF EXISTS t", "CREATE TABLE t (#{definitions})", "CREATE INDEX by_order ON t (#{index})",
        "INSERT INTO t VALUES #{values.join(", ")}", "ANALYZE TABLE t"].each { |sql| ask(sql) }
    end

    def select(sql, binds = []) = ask(filled(sql, binds)).to_a

    # Of a table this small it would rather read all, where a window is most of it: what the index can do is asked.
    # @return [Array<Hash>] the steps of the plan
    def plan(sql, binds) = ask("EXPLAIN #{filled(sql.sub(" FROM t ", " FROM t FORCE INDEX (by_order) "), binds)}").each_hash.to_a

    # (see SQLite#index_range?)
    def index_range?(plan)
      plan.size == 1 && plan.first.values_at("type", "key") == %w[range by_order] && !plan.first["Extra"].include?("filesort")
    end

    def close = ask("DROP TABLE IF EXISTS t")

    private

    def ask(sql) = self.class.client.query(sql)

    def filled(sql, binds)
      left = binds.each
      sql.gsub("?") { quote(left.next) }
    end

    def quote(value)
      case value
      when nil then "NULL"
      when String then "'#{self.class.client.escape(value)}'"
      else value.to_s
      end
    end
  end

  ALL = {
    "SQLite" => -> { SQLite.new },
    "PostgreSQL" => -> { PostgreSQL.new },
    "MariaDB" => -> { MariaDB.new }
  }.freeze

  # What examples on one of them are tagged with.
  TAGS = {"PostgreSQL" => [:postgresql], "MariaDB" => [:mysql]}.freeze
end
