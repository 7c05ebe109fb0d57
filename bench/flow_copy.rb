# frozen_string_literal: true

# W2: PostgreSQL to PostgreSQL over two connections, six declarative steps, a tenth of the rows filtered. The limits do steps and
# filter in the SELECT and carry the result as binary COPY: psql piped into psql, and the pg gem with 64 KB at a time.
#
#   bin/exec ruby bench/flow_copy.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

class Copying < Bench::Flow::Workload
  PIPES = ["psql piped into psql, binary COPY", "pg gem, binary COPY in 64 KB"].freeze

  title "W2: PostgreSQL to PostgreSQL over two connections, six steps, 10 % filtered"
  place Bench::Flow::Postgresql
  only "state <> 'cancelled'"
  set buyer: "customer", note: "coalesce(note, '')", gift: "false", email: "lower(email)", total: "total + quantity"
  row do |row|
    next if row["state"] == "cancelled"

    row.merge!("buyer" => row.delete("customer"), "note" => row["note"] || "", "gift" => false,
      "email" => row["email"].downcase, "total" => row["total"] + row["quantity"])
  end

  limit(PIPES.first, apart: true) { |child| Bench::Flow::Limits::PsqlPipe.new(child) }
  limit(PIPES.last, apart: true) { |child| Bench::Flow::Limits::PgPipe.new(child) }
  peers "in_batches + upsert_all", "find_each + save!", "activerecord-import", "Sequel, insert_conflict", "Kiba, ActiveRecord",
    "Kiba, pg and COPY", apart: true
  ours(apart: true) { |child| Bench::Flow::Ours.new(child, :OrderExportFlow) }

  target "at least 0.6 of the faster pipe", 0.6, of: PIPES
end

Bench::Flow.measure(Copying)
