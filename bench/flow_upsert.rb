# frozen_string_literal: true

# W3: PostgreSQL, an upsert into a table where a tenth of the rows is missing, nine in a hundred differ and the rest are equal. The
# limit is one guarded statement, INSERT .. SELECT .. ON CONFLICT DO UPDATE .. WHERE .. IS DISTINCT FROM, in one database; a second
# one sorts out the equal rows by a join first. Rows written are counted by the transaction that each row is of.
#
#   bin/exec ruby bench/flow_upsert.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds; shares are exact for hundreds of rows.
require_relative "flow"

class Upserting < Bench::Flow::Workload
  GUARDED = "one guarded upsert"
  OURS = "ours, one database"

  title "W3: PostgreSQL, upsert: 10 % new, 9 % changed, 81 % equal"
  place Bench::Flow::Postgresql
  source_in :source, :sink
  set buyer: "customer"
  before { select("id / 2 % 10 <> 1", expressions: {buyer: "customer", quantity: "quantity + CASE WHEN id / 2 % 100 BETWEEN 12 AND 20 THEN 1 ELSE 0 END"}) }
  row { |row| row.merge!("buyer" => row.delete("customer")) }

  limit(GUARDED) { |child| Bench::Flow::Limits::GuardedUpsert.new(child) }
  limit("the same behind a join") { |child| Bench::Flow::Limits::GuardedUpsert.new(child, joined: true) }
  peers "in_batches + upsert_all", "find_each + save!", "activerecord-import", "Sequel, insert_conflict", "Kiba, ActiveRecord"
  ours(OURS) { |child| Bench::Flow::Ours.new(child, :OrderSyncFlow) }
  ours("ours, two connections", apart: true) { |child| Bench::Flow::Ours.new(child, :OrderSyncFlow) }

  effect "exactly 19 % written", written: Rational(19, 100), dead: true
  target "at least 0.5 of #{GUARDED}", 0.5, of: GUARDED, ours: OURS
  target "over two connections, at least 0.5 of it", 0.5, of: GUARDED, ours: "ours, two connections"
end

Bench::Flow.measure(Upserting)
