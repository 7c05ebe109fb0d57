# frozen_string_literal: true

# T4: what a million sleeping tasks with five attributes weigh, and what the garbage collector does about them.
#
#   bin/exec ruby bench/task_memory.rb
#
# Environment: COUNT (1_000_000 tasks asleep; a tenth of it is measured as well), ROUNDS (3, children).
require_relative "support"

def collect = Bench.median(Array.new(5) { Bench.time { GC.start } })

Bench.child do |side, count:|
  sleeper = Bench::Sleeper.define(side)
  Bench::Sleeper.fill(side, sleeper, 100) # whatever is loaded or built with the first tasks is not their weight
  3.times { GC.start }
  before = Bench.resident_bytes
  gc_before = collect
  Bench::Sleeper.fill(side, sleeper, count)
  3.times { GC.start }
  {bytes: Bench.resident_bytes - before, gc_before:, gc: collect}
end

count = Bench.count("COUNT", 1_000_000)
counts = [count / 10, count]
sides = ENV.fetch("SIDES", "live,isolated,ours").split(",")
cells = counts.product(sides).to_h { |n, side| [[n, side], {mode: "interpreter", side:, count: n}] }
results = Bench.rounds(cells, rounds: Bench.count("ROUNDS", 3))

rows = counts.product(sides).map do |n, side|
  result = results[[n, side]]
  ours = results.dig([n, "ours"], :bytes)
  [Bench::Table.number(n), side, Bench::Table.bytes(result[:bytes]), Bench::Table.bytes(result[:bytes] / n),
    ours ? Bench::Table.ratio(result[:bytes] / ours) : "-",
    Bench::Table.duration(result[:gc_before]), Bench::Table.duration(result[:gc])]
end
Bench::Table.machine
Bench::Table.print("T4: resident memory and GC.start with that many tasks asleep",
  ["asleep", "store", "memory", "a task", "/ ours", "GC.start at 100", "GC.start"], rows)
