# frozen_string_literal: true

# W10: CSV into PostgreSQL, a row in a hundred bad and put aside, beside psql's \copy of the good ones alone. W11: CSV into SQLite,
# beside .import of the sqlite3 shell. W12: PostgreSQL into JSON Lines, beside psql's \copy of row_to_json. W13: what it takes until the
# first commit, at the first row and at nine tenths of a file.
#
#   bin/exec ruby bench/file_import.rb
#
# Environment: ROWS (1_000_000), LONG (10_000_000, the rows of W13's file), ROUNDS (3). `ROWS=20_000 LONG=100_000 ROUNDS=1 FSYNC=off`
# gives an answer in seconds.
require_relative "support"
require_relative "support/postgresql"
require "fileutils"
require "open3"
require "tmpdir"

# The files.
class Files
  NAMES = %w[id number name net note ordered_at].freeze

  def initialize(folder, rows, long)
    @folder, @rows, @long = folder, rows, long
  end

  def path(name) = File.join(@folder, "#{name}.csv")

  def make
    write("clean", @rows) { |id| row(id) unless bad?(id) }
    write("bad", @rows) { |id| bad?(id) ? "#{id},N#{id},too,few\n" : row(id) }
    write("long", @long) { |id| "#{id},N#{id}\n" }
  end

  # @return [Integer] rows of the clean file
  def clean = (1..@rows).count { |id| !bad?(id) }

  private

  def bad?(id) = id % 100 == 7

  def row(id) = "#{id},N#{id},\"customer, number #{id}\",#{id % 10_000}.#{id % 90 + 10},#{"a note" if id % 3 == 0},2026-01-01 10:00:00\n"

  def write(name, rows)
    File.open(path(name), "w") do |file|
      file.puts NAMES.first((name == "long") ? 2 : 6).join(",")
      (1..rows).each { |id| file.write(yield(id).to_s) }
    end
  end
end

TABLE = "CREATE TABLE orders (id bigint PRIMARY KEY, number text NOT NULL, name text, net numeric(12,2), note text, ordered_at timestamp)"

# One flow in a process of its own.
module Ours
  module_function

  def connect(config)
    require "active_record"
    $LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
    require "active_data_flow/active_record"
    ActiveRecord::Base.establish_connection(**config)
    ActiveDataFlow.prepare_database!
    Operations.logger.level = :fatal
  end

  def import(path)
    Object.const_set(:OrderImportFlow, Class.new(ActiveDataFlow::Base)).class_eval do
      source { ActiveDataFlow::CSVSource.new(path) }
      sink :orders, mode: :insert
      on_error :quarantine, budget: 1.0
    end
    started = now
    run = OrderImportFlow.run_now
    {wall: now - started, rejects: run.counts[:rejected], kept: run.rejects.count { |reject| reject.line && reject.raw && reject.reason }}
  end

  def export(path)
    Object.const_set(:OrderExportFlow, Class.new(ActiveDataFlow::Base)).class_eval do
      source :orders
      sink { ActiveDataFlow::JSONLSink.new(path) }
    end
    started = now
    OrderExportFlow.run_now
    {wall: now - started, lines: File.foreach(path).count}
  end

  # Nothing is written, so that what is read is all that is measured.
  def first_commits(path, rows)
    Object.const_set(:LongFlow, Class.new(ActiveDataFlow::Base)).class_eval do
      source { ActiveDataFlow::CSVSource.new(path) }
      filter number: "none"
      sink :orders
    end
    first = until_commit(0)
    until_commit(rows / 10 * 9)
    {first: first, resumed: until_commit(0)}
  end

  # @return [Float] seconds until a run has read more rows than that; it ends there and goes on the next time
  def until_commit(rows)
    started = now
    LongFlow.run_now { |run| break if run.counts[:read] > rows }
    now - started
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

Bench.child_params do |work:, config:, path:, **more|
  Ours.connect(config)
  Ours.public_send(work, path, *more.values)
end

# Both databases, and what brings a file there with their own means.
class Import
  def initialize(folder, files)
    @folder, @files = folder, files
  end

  def postgresql(name = nil)
    server = Bench::Postgresql.server
    server.fresh("shop")
    server.connect("shop").tap { |connection| connection.exec(TABLE) }.close
    return ours(server.config("shop"), name) if name

    timed("#{psql} -c \"\\copy orders from '#{@files.path("clean")}' csv header\"")
  end

  # Of the rows that the last import has left.
  def export(ours: false)
    path = File.join(@folder, "orders.jsonl")
    return child(:export, Bench::Postgresql.server.config("shop"), path) if ours

    timed("#{psql} -c \"\\copy (SELECT row_to_json(orders) FROM orders ORDER BY id) to '#{path}'\"")
  end

  def sqlite(name = nil)
    database = File.join(@folder, "#{rand(1 << 60)}.sqlite3")
    shell("PRAGMA journal_mode = WAL; #{TABLE};", database)
    return ours({adapter: "sqlite3", database:}, name) if name

    timed("sqlite3 #{database} 'PRAGMA synchronous = NORMAL' '.import --csv --skip 1 #{@files.path("clean")} orders'")
  end

  def long(rows)
    database = File.join(@folder, "long.sqlite3")
    FileUtils.rm_f(Dir["#{database}*"])
    shell("PRAGMA journal_mode = WAL; #{TABLE};", database)
    child(:first_commits, {adapter: "sqlite3", database:}, @files.path("long"), rows:)
  end

  private

  def ours(config, name) = child(:import, config, @files.path(name))

  def child(work, config, path, **more) = Bench.run(mode: Bench.modes.last, work:, config:, path:, **more)

  def psql = "#{File.join(PostgresqlServer.programs, "psql")} -q -h #{Bench::Postgresql.server.folder} -U postgres -d shop"

  def shell(sql, database) = Open3.capture2e("sqlite3", database, sql).then { |out, status| status.success? || raise(out) }

  def timed(command)
    started = Ours.now
    out, status = Open3.capture2e(command)
    raise "#{command}: #{out}" unless status.success?

    {wall: Ours.now - started}
  end
end

def median(rounds) = rounds.first.keys.to_h { |name| [name, Bench.median(rounds.map { |round| round[name] })] }

# @return [Hash{String => Hash}] name => medians; all of them in turns
def in_turns(ways)
  results = ways.transform_values { [] }
  Bench.count("ROUNDS", 3).times { ways.each { |name, way| results[name] << way.call } }
  results.transform_values { |rounds| median(rounds) }
end

def show(title, found, rows, limit, words)
  lines = found.map { |name, result| [name, Bench::Table.number(rows[name]), Bench::Table.number((rows[name] / result[:wall]).round), Bench::Table.duration(result[:wall])] }
  Bench::Table.print(title, %w[implementation rows rows/s wall], lines)
  share = found["**ours**"].then { |ours| rows["**ours**"] / ours[:wall] } / (rows[limit] / found[limit][:wall])
  puts "", "- at least 0.5 of #{words}: #{format("%.2f", share)}, #{(share >= 0.5) ? "reached" : "missed"}"
end

rows, long = Bench.count("ROWS", 1_000_000), Bench.count("LONG", 10_000_000)
Bench::Table.machine
puts "", Bench::Postgresql.words
Dir.mktmpdir("adf-bench") do |folder|
  files = Files.new(folder, rows, long).tap(&:make)
  import = Import.new(folder, files)
  counts = Hash.new(rows).merge("\\copy, without the bad rows" => files.clean, ".import" => files.clean, "**ours**, without bad rows" => files.clean)

  found = in_turns("\\copy, without the bad rows" => -> { import.postgresql }, "**ours**" => -> { import.postgresql("bad") }, "**ours**, without bad rows" => -> { import.postgresql("clean") })
  show("W10: CSV into PostgreSQL, 1 % bad rows put aside", found, counts, "\\copy, without the bad rows", "\\copy")
  puts "- each bad row kept with line, text and reason: #{found["**ours**"][:kept].to_i} of #{rows - files.clean}"

  found = in_turns("\\copy of row_to_json" => -> { import.export }, "**ours**" => -> { import.export(ours: true) })
  show("W12: PostgreSQL into JSON Lines", found, Hash.new(files.clean), "\\copy of row_to_json", "\\copy of row_to_json")
  puts "- a line for each row: #{found["**ours**"][:lines].to_i} of #{files.clean}"

  found = in_turns(".import" => -> { import.sqlite }, "**ours**" => -> { import.sqlite("clean") })
  show("W11: CSV into SQLite", found, counts.merge("**ours**" => files.clean), ".import", ".import")

  found = median(Array.new(Bench.count("ROUNDS", 3)) { import.long(long) })
  Bench::Table.print("W13: until the first commit, #{Bench::Table.number(long)} rows", ["from", "wall"],
    [["row 0", Bench::Table.duration(found[:first])], ["row #{Bench::Table.number(long / 10 * 9)}", Bench::Table.duration(found[:resumed])]])
  later = (found[:resumed] - found[:first]) * 1000
  puts "", "- a resume within 50 ms of a start: #{format("%.1f", later)} ms, #{(later <= 50) ? "reached" : "missed"}"
end
