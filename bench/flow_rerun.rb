# frozen_string_literal: true

# W5: PostgreSQL, a second run with `read :all` when nothing has changed: what is written, what is left for VACUUM, and how long
# it takes beside upsert_all, which writes every row again. Limits as in flow_upsert.rb.
#
#   bin/exec ruby bench/flow_rerun.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

class Rerunning < Bench::Flow::Workload
  GUARDED = "one guarded upsert"
  UPSERT_ALL = "in_batches + upsert_all"
  OURS = "ours, one database"

  title "W5: PostgreSQL, run again with nothing changed"
  place Bench::Flow::Postgresql
  source_in :source, :sink
  set buyer: "customer"
  before { select }
  row { |row| row.merge!("buyer" => row.delete("customer")) }

  limit(GUARDED) { |child| Bench::Flow::Limits::GuardedUpsert.new(child) }
  limit("the same behind a join") { |child| Bench::Flow::Limits::GuardedUpsert.new(child, joined: true) }
  peers UPSERT_ALL, "find_each + save!", "activerecord-import", "Sequel, insert_conflict", "Kiba, ActiveRecord"
  ours(OURS) { |child| Bench::Flow::Ours.new(child, :OrderSyncFlow) }
  ours("ours, two connections", apart: true) { |child| Bench::Flow::Ours.new(child, :OrderSyncFlow) }

  effect "0 rows written, 0 dead tuples", written: 0, dead: false
  target "at least 5 times #{UPSERT_ALL}", 5, of: UPSERT_ALL, ours: OURS
  target "over two connections, at least 5 times it", 5, of: UPSERT_ALL, ours: "ours, two connections"
end

Bench::Flow.measure(Rerunning)
