# frozen_string_literal: true

# W6: PostgreSQL to PostgreSQL over two connections, a Ruby block that reads two columns and sets one. The limits do the same in
# the SELECT and carry binary COPY. Kiba comes with the usual ends (models, upsert_all), and with the best that Ruby allows (the
# pg gem's rows one at a time, COPY).
#
#   bin/exec ruby bench/flow_block.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

class InRuby < Bench::Flow::Workload
  PIPES = ["psql piped into psql, binary COPY", "pg gem, binary COPY in 64 KB"].freeze

  title "W6: PostgreSQL to PostgreSQL, a Ruby block reads two columns and sets one"
  place Bench::Flow::Postgresql
  set buyer: "customer", note: "customer || ' <' || email || '>'"
  row { |row| row.merge!("note" => "#{row["customer"]} <#{row["email"]}>", "buyer" => row.delete("customer")) }

  limit(PIPES.first, apart: true) { |child| Bench::Flow::Limits::PsqlPipe.new(child) }
  limit(PIPES.last, apart: true) { |child| Bench::Flow::Limits::PgPipe.new(child) }
  peers "in_batches + upsert_all", "find_each + save!", "activerecord-import", "Sequel, insert_conflict", "Kiba, ActiveRecord",
    "Kiba, pg and COPY", apart: true
  ours(apart: true) { |child| Bench::Flow::Ours.new(child, :OrderLabelFlow) }

  target "at least 8 times Kiba with its usual ends", 8, of: "Kiba, ActiveRecord"
  target "beside Kiba with the best ends", 1, of: "Kiba, pg and COPY"
  target "100,000 rows/s where the limit is 400,000: at least 0.25 of it", 0.25, of: PIPES
end

Bench::Flow.measure(InRuby)
