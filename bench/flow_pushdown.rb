# frozen_string_literal: true

# W1: PostgreSQL, from table to table in one database, a column renamed and another set. The limit is the database's own
# INSERT .. SELECT in the same windows of 10,000 keys, each in its own transaction.
#
#   bin/exec ruby bench/flow_pushdown.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

class Pushdown < Bench::Flow::Workload
  title "W1: PostgreSQL, table to table in one database, rename and set"
  place Bench::Flow::Postgresql
  source_in :sink
  set buyer: "customer", state: "'exported'"
  row { |row| row.merge!("buyer" => row.delete("customer"), "state" => "exported") }

  limit("INSERT .. SELECT, windows of 10,000") { |child| Bench::Flow::Limits::Windows.new(child) }
  peers "in_batches + upsert_all", "find_each + save!", "activerecord-import", "Sequel, insert_conflict", "Kiba, ActiveRecord"
  ours { |child| Bench::Flow::Ours.new(child, :OrderCopyFlow) }

  target "at least 0.6 of INSERT .. SELECT", 0.6, of: "INSERT .. SELECT, windows of 10,000"
  target "at least 15 times the best peer", 15, of: implementations.select { |one| one.kind == :peer }.map(&:name)
end

Bench::Flow.measure(Pushdown)
