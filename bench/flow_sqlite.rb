# frozen_string_literal: true

# W8: SQLite, from file to file: (a) declarative, beside INSERT .. SELECT over ATTACH in windows of 10,000; (b) declarative with a
# step that SQL has no word for on SQLite, so that rows go through the door, beside a loop in C over two prepared statements;
# (c) a Ruby block that reads two columns and sets one, beside the sqlite3 gem's own loop of step and bind, without a block.
#
#   bin/exec ruby bench/flow_sqlite.rb
#
# The C loop needs a C compiler and SQLite's headers, and is left out where there are none.
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

class Attached < Bench::Flow::Workload
  title "W8 a: SQLite, file to file, rename and set"
  place Bench::Flow::Sqlite
  set buyer: "customer", state: "'exported'"
  row { |row| row.merge!("buyer" => row.delete("customer"), "state" => "exported") }

  limit("INSERT .. SELECT over ATTACH") { |child| Bench::Flow::Limits::AttachedWindows.new(child) }
  peers "in_batches + upsert_all", "find_each + save!", "activerecord-import", "Sequel, insert_conflict", "Kiba, ActiveRecord", apart: true
  ours(apart: true) { |child| Bench::Flow::Ours.new(child, :OrderCopyFlow) }

  target "at least 0.6 of INSERT .. SELECT over ATTACH", 0.6, of: "INSERT .. SELECT over ATTACH"
  target "at least 8 times upsert_all", 8, of: "in_batches + upsert_all"
end

class ThroughTheDoor < Bench::Flow::Workload
  title "W8 b: SQLite, file to file, the same through the door"
  place Bench::Flow::Sqlite
  set buyer: "customer", state: "'exported'"
  row { |row| row.merge!("buyer" => row.delete("customer"), "email" => row["email"].strip, "state" => "exported") }

  limit("C loop, two prepared statements") { |child| Bench::Flow::Limits::CLoop.new(child) }
  peers "in_batches + upsert_all", apart: true
  ours(apart: true) { |child| Bench::Flow::Ours.new(child, :OrderStripFlow, expect: "door") }

  target "at least 0.8 of the C loop", 0.8, of: "C loop, two prepared statements"
  target "at least 8 times upsert_all", 8, of: "in_batches + upsert_all"
end

class InRuby < Bench::Flow::Workload
  title "W8 c: SQLite, file to file, a Ruby block reads two columns and sets one"
  place Bench::Flow::Sqlite
  set buyer: "customer", note: "customer || ' <' || email || '>'"
  row { |row| row.merge!("note" => "#{row["customer"]} <#{row["email"]}>", "buyer" => row.delete("customer")) }

  limit("sqlite3 gem, step and bind, no block") { |child| Bench::Flow::Limits::GemLoop.new(child) }
  peers "in_batches + upsert_all", "Sequel, insert_conflict", "Kiba, ActiveRecord", apart: true
  ours(apart: true) { |child| Bench::Flow::Ours.new(child, :OrderLabelFlow) }

  target "at least the sqlite3 gem's loop", 1, of: "sqlite3 gem, step and bind, no block"
  target "at least 8 times upsert_all", 8, of: "in_batches + upsert_all"
end

Bench::Flow.measure(Attached, ThroughTheDoor, InRuby)
