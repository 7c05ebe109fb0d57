# frozen_string_literal: true

# W14: a mirror, which finds all rows of the source as they are, and one row more for each hundred of them that has to go. The limit
# is the same in plain SQL, in one transaction: a guarded upsert, then DELETE .. WHERE NOT EXISTS. On PostgreSQL in one database and over two
# connections, on SQLite from file to file.
#
#   bin/exec ruby bench/flow_mirror.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

class MirrorOnPostgresql < Bench::Flow::Workload
  SQL = "one guarded upsert, one DELETE"
  OURS = "ours, one database"

  title "W14 a: PostgreSQL, a mirror, 1 % deleted"
  place Bench::Flow::Postgresql
  source_in :source, :sink
  set buyer: "customer"
  before { "#{select} UNION ALL #{select("id % 200 = 0", expressions: {buyer: "customer", id: "id - 1"})}" }

  limit(SQL) { |child| Bench::Flow::Limits::MirrorOnPostgresql.new(child) }
  ours(OURS) { |child| Bench::Flow::Ours.new(child, :OrderMirrorFlow) }
  ours("ours, two connections", apart: true) { |child| Bench::Flow::Ours.new(child, :OrderMirrorFlow) }

  target "at least 0.5 of #{SQL}", 0.5, of: SQL, ours: OURS
end

class MirrorOnSqlite < Bench::Flow::Workload
  SQL = MirrorOnPostgresql::SQL

  title "W14 b: SQLite, a mirror from file to file, 1 % deleted"
  place Bench::Flow::Sqlite
  set buyer: "customer"
  before do
    from = "place.orders"
    "#{select(from:)} UNION ALL #{select("id % 200 = 0", from:, expressions: {buyer: "customer", id: "id - 1"})}"
  end

  limit(SQL) { |child| Bench::Flow::Limits::MirrorOnSqlite.new(child) }
  ours(apart: true) { |child| Bench::Flow::Ours.new(child, :OrderMirrorFlow) }

  target "at least 0.5 of #{SQL}", 0.5, of: SQL
end

Bench::Flow.measure(MirrorOnPostgresql, MirrorOnSqlite)
