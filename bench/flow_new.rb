# frozen_string_literal: true

# W15: a scheduled flow with `read :new` over a table of a million rows: what a run takes that finds nothing, and one that
# finds 100 rows. Beside it a job of plain ActiveRecord that keeps its cursor in a table, and has no lease, no counts and no
# answer to a transaction that commits late.
#
#   bin/exec ruby bench/flow_new.rb
#
# Environment: ROWS (1_000_000), RUNS (300, of each kind), ROUNDS (3, children). `ROWS=2_000 RUNS=10 ROUNDS=1 FSYNC=off` gives
# an answer in seconds.
require_relative "support"
require_relative "support/postgresql"
require "fileutils"
require "tmpdir"

NEW = 100
COLUMNS = "name, net, state, created_at, updated_at"
VALUES = "'order ' || n, n %% 1000, 'paid', '2026-01-01', '2026-01-01' FROM %<numbers>s"
NUMBERS = {"sqlite" => "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %<count>d) SELECT n FROM s)",
           "postgresql" => "generate_series(1, %<count>d) n"}.freeze

# One database with its million rows, both of them copied already.
class Shop
  def initialize(kind, config)
    require "active_record"
    $LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
    require "active_data_flow"
    require "active_data_flow/active_record"
    @kind = kind
    ActiveRecord::Base.establish_connection(**config)
  end

  def connection = ActiveRecord::Base.connection

  def open(rows)
    [:orders, :order_copies].each do |name|
      connection.create_table(name) { |table| table.string(:name) && table.integer(:net) && table.string(:state) && table.timestamps }
    end
    connection.create_table(:cursors) { |table| table.bigint :position }
    ActiveDataFlow.prepare_database!
    add(rows)
    connection.execute("INSERT INTO order_copies SELECT * FROM orders")
    connection.execute("ANALYZE")
  end

  def add(count) = connection.execute("INSERT INTO orders (#{COLUMNS}) SELECT #{format(VALUES, numbers: format(NUMBERS.fetch(@kind), count:))}")

  def check
    orders, copies = %w[orders order_copies].map { |name| connection.select_value("SELECT count(*) FROM #{name}") }
    raise "#{copies} rows are there, #{orders} were wanted" unless orders == copies
  end
end

# What is measured: an object with `call`.
module Sides
  module_function

  def ours
    Object.const_set(:OrderCopyFlow, Class.new(ActiveDataFlow::Base)).class_eval do
      source :orders
      read :new
      sink :order_copies
    end
    -> { OrderCopyFlow.run_now }
  end

  def plain
    order, copy, cursor = %i[Order OrderCopy Cursor].map { |name| Object.const_set(name, Class.new(ActiveRecord::Base)) }
    cursor.create!(position: order.maximum(:id))
    -> { plain_job(order, copy, cursor.first) }
  end

  def plain_job(order, copy, cursor)
    order.where("id > ?", cursor.position).in_batches(of: 1_000) do |batch|
      rows = batch.map(&:attributes)
      copy.transaction do
        copy.upsert_all(rows)
        cursor.update!(position: rows.last["id"])
      end
    end
  end
end

# @yieldparam what [Symbol] :before or :run
# @return [Hash] percentiles of the seconds a run took, and what one more has sent
def measure(runs)
  times, sent = [], []
  listener = ->(*, payload) { sent << payload[:sql] }
  runs.times do
    yield :before
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield :run
    times << Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
  end
  times.sort!
  yield :before
  ActiveSupport::Notifications.subscribed(listener, "sql.active_record") { yield :run }
  bounds = sent.grep(/\A(BEGIN|COMMIT)/i)
  {p50: times[times.size / 2], p99: times[(times.size * 0.99).ceil - 1], statements: sent.size - bounds.size, commits: bounds.grep(/\AC/i).size}
end

Bench.child_params do |side:, kind:, config:, rows:, runs:|
  shop = Shop.new(kind, config)
  shop.open(rows)
  Operations.logger.level = :error
  work = Sides.public_send(side)
  3.times { work.call }
  found = [0, NEW].to_h do |count|
    measured = measure(runs) { |what| (what == :run) ? work.call : (shop.add(count) if count.positive?) }
    [count, measured]
  end
  shop.check
  found.flat_map { |count, measured| measured.map { |name, value| ["#{name}_#{count}", value] } }.to_h
end

SIDES = {"plain" => "in_batches + upsert_all", "ours" => "ours"}.freeze

# @return [Hash] what `establish_connection` takes, for a database that is empty
def database(kind, folder)
  return {adapter: "sqlite3", database: File.join(folder, "#{rand(1 << 60)}.sqlite3")} if kind == "sqlite"

  @databases = (@databases || 0) + 1
  Bench::Postgresql.server.fresh("shop#{@databases}")
  Bench::Postgresql.server.config("shop#{@databases}")
end

def medians(kind, folder)
  SIDES.keys.to_h do |side|
    rounds = Array.new(Bench.count("ROUNDS", 3)) do
      Bench.run(mode: Bench.modes.last, side:, kind:, config: database(kind, folder), rows: Bench.count("ROWS", 1_000_000), runs: Bench.count("RUNS", 300))
    end
    [side, rounds.first.keys.to_h { |name| [name, Bench.median(rounds.map { |round| round[name] })] }]
  end
end

Bench::Table.machine
puts "", Bench::Postgresql.words
Dir.mktmpdir("adf-bench") do |folder|
  {"sqlite" => "SQLite", "postgresql" => "PostgreSQL"}.each do |kind, title|
    found = medians(kind, folder)
    lines = [0, NEW].product(SIDES.keys).map do |count, side|
      p50, p99, statements, commits = %w[p50 p99 statements commits].map { |name| found[side][:"#{name}_#{count}"] }
      label = (side == "ours") ? "**ours**" : SIDES[side]
      [label, count, Bench::Table.duration(p50), Bench::Table.duration(p99), statements.to_i, commits.to_i, format("%.2f", p50 / found["plain"][:"p50_#{count}"])]
    end
    Bench::Table.print("W15: #{title}, #{Bench::Table.number(Bench.count("ROWS", 1_000_000))} rows", ["implementation", "new rows", "p50", "p99", "statements", "commits", "p50 / plain"], lines)
    sent = found["ours"][:statements_0].to_i
    puts "", "- at most 6 statements where there is nothing to do: #{sent}, #{(sent <= 6) ? "reached" : "missed"}"
  end
end
