# frozen_string_literal: true

# W16: what the checkpoint in every batch costs, in batches of 1,000 and of 10,000 rows: PostgreSQL, from table to table in one
# database. Ours without: the same flow with its runs in memory, so that each batch commits its rows and nothing else. Beside it
# INSERT .. SELECT in the same windows, with and without an UPDATE of a row that notes how far it came.
#
#   bin/exec ruby bench/flow_checkpoint.rb
#
# Environment: see bench/flow.rb. `ROWS=20_000 ROUNDS=1` gives an answer in seconds.
require_relative "flow"

CHECKPOINTS = [[:SmallOrderCopyFlow, 1_000, 0.05], [:LargeOrderCopyFlow, 10_000, 0.02]].map do |flow, size, most|
  Class.new(Bench::Flow::Workload) do
    title "W16: PostgreSQL, a checkpoint in each batch of #{Bench::Table.number(size)}"
    place Bench::Flow::Postgresql
    source_in :sink
    set buyer: "customer", state: "'exported'"

    limit("INSERT .. SELECT, windows") { |child| Bench::Flow::Limits::Windows.new(child, size:) }
    limit("the same, with a note") { |child| Bench::Flow::Limits::Windows.new(child, size:, checkpoint: true) }
    ours { |child| Bench::Flow::Ours.new(child, flow) }
    ours("ours, runs in memory") { |child| Bench::Flow::Ours.new(child, flow, store: false) }

    target "at most #{(most * 100).round} % over the same windows without", 1 / (1 + most), of: "ours, runs in memory"
  end
end

Bench::Flow.measure(*CHECKPOINTS)
