# frozen_string_literal: true

# T1: how many transitions a second. A task passes six transitions (five actions and a decision) and completes, and is stored
# after each handler. Memory storage, Inline executor. One task alive, and 100,000 asleep beside it. Two tables: the run alone
# (six transitions and the completion), and a whole `Task.call`, which also builds, checks and stores the task first.
#
#   bin/exec ruby bench/task_transitions.rb
#
# Environment: SECONDS (0.5, a sample), SAMPLES (5, in each child), ROUNDS (5, children), ALIVE (100_000).
# `SIDES=live,isolated` measures these alone.
require_relative "support"

# Built and stored outside the clock, twenty at a time; only their runs are timed.
def runs(side, order, seconds)
  executor = side.executor
  spent = 0.0
  tasks = 0
  while spent < seconds
    batch = Array.new(20) { |i| side.storage.save(order.new(customer: "Customer #{i}")) }
    spent += Bench.time { batch.each { |task| executor.call(task) } }
    batch.each { |task| task.completed? ? side.storage.delete(task.id) : raise("not completed: #{task.inspect}") }
    tasks += batch.size
  end
  spent / tasks
end

# From nothing to completed; deleted at once, so that the number of tasks alive stays what it is.
def calls(side, order, seconds)
  storage = side.storage
  Bench.per_unit(seconds) { 10.times { |i| storage.delete(order.call(customer: "Customer #{i}").id) } }
end

Bench.child do |side, alive:, seconds:, samples:|
  Bench::Sleeper.fill(side, Bench::Sleeper.define(side), alive - 1)
  order = Bench::SixSteps.define(side)
  %i[runs calls].to_h do |measure|
    send(measure, side, order, seconds)
    GC.start
    [measure, Bench.median(Array.new(samples) { send(measure, side, order, seconds) })]
  end
end

sides = ENV.fetch("SIDES", "live,isolated,ours").split(",")
alive = [1, Bench.count("ALIVE", 100_000)]
cells = Bench.modes.product(alive, sides).to_h do |mode, count, side|
  [[mode, count, side], {mode:, side:, alive: count, seconds: Bench.seconds(0.5), samples: Bench.count("SAMPLES", 5)}]
end
results = Bench.rounds(cells)

others = sides - ["ours"]
rows = lambda do |measure, per_task|
  Bench.modes.product(alive).map do |mode, count|
    times = sides.to_h { |side| [side, results[[mode, count, side]][measure]] }
    rates = sides.map { |side| "#{Bench::Table.number(per_task / times[side])} (#{Bench::Table.duration(times[side] / per_task)})" }
    ratios = others.map { |side| times["ours"] ? Bench::Table.ratio(times[side] / times["ours"]) : "-" }
    [mode, Bench::Table.number(count), *rates, *ratios]
  end
end
headings = ["mode", "alive", *sides, *others.map { |side| "#{side} / ours" }]
Bench::Table.machine
Bench::Table.print("T1: transitions a second (time of one), completion included", headings, rows.call(:runs, Bench::SixSteps::TRANSITIONS))
Bench::Table.print("T1: whole tasks a second (time of one), from Task.call to deleted", headings, rows.call(:calls, 1))
