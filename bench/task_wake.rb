# frozen_string_literal: true

# T3: what it costs to wake 100 of a million sleeping tasks, and what the other look-ups of a storage cost beside them.
# The plain storage is the isolated one, which copies attributes in and out as ours does.
#
#   bin/exec ruby bench/task_wake.rb
#
# Environment: COUNT (1_000_000 tasks asleep; a tenth of it is measured as well), DUE (100), SECONDS (0.5, a measurement),
# ROUNDS (3, children).
require_relative "support"

DUE = Bench.count("DUE", 100)
OLD = 1_000
CHILDREN = 10

def define_finished(side)
  side.task(:BenchFinished) do
    has_attribute :customer, :string
    delete_after 60
    starts_with :done
    result :done
  end
end

# Finding the due ones, then waking each until it completes. Every sample has due tasks of its own.
def wake(side, sleeper, seconds)
  samples = Array.new(5) do
    Bench::Sleeper.fill(side, sleeper, DUE, wake_at: Time.now.utc - 1, paid: true)
    found = Bench.per_unit(seconds / 5) { (side.storage.sleeping_tasks.size == DUE) ? 1 : raise("not #{DUE} tasks due") }
    due = side.storage.sleeping_tasks
    [found, Bench.time { due.each(&:wake_up!) }]
  end
  {due: Bench.median(samples.map(&:first)), wake: Bench.median(samples.map(&:last))}
end

def find(side, ids, seconds)
  Bench.per_unit(seconds) { ids.each { |id| side.storage.find(id) }.size }
end

def sub_tasks(side, sleeper, seconds)
  parent = side.storage.save(sleeper.new(**Bench::Sleeper.values(0)))
  Bench::Sleeper.fill(side, sleeper, CHILDREN, parent_task_id: parent.id)
  Bench.per_unit(seconds) { (side.storage.sub_tasks_of(parent).to_a.size == CHILDREN) ? 1 : raise("not #{CHILDREN} sub-tasks") }
end

def delete_old(side, finished)
  Bench.median(Array.new(5) do
    OLD.times { |i| finished.call(customer: "Customer #{i}") }
    Bench.time { side.storage.delete_old(before: Time.now.utc + 120) == OLD or raise "not #{OLD} tasks deleted" }
  end)
end

Bench.child do |side, count:, seconds:|
  sleeper = Bench::Sleeper.define(side)
  ids = Bench::Sleeper.fill(side, sleeper, count).shuffle(random: Random.new(1))
  3.times { GC.start }
  {find: find(side, ids, seconds), sub_tasks: sub_tasks(side, sleeper, seconds),
   delete_old: delete_old(side, define_finished(side)), **wake(side, sleeper, seconds)}
end

count = Bench.count("COUNT", 1_000_000)
counts = [count / 10, count]
sides = ENV.fetch("SIDES", "isolated,ours").split(",")
cells = Bench.modes.product(counts, sides).to_h do |mode, n, side|
  [[mode, n, side], {mode:, side:, count: n, seconds: Bench.seconds(0.5)}]
end
results = Bench.rounds(cells, rounds: Bench.count("ROUNDS", 3))

OPERATIONS = {
  due: "sleeping_tasks: #{DUE} due", wake: "wake_up! of these #{DUE}", find: "find",
  sub_tasks: "sub_tasks_of: #{CHILDREN}", delete_old: "delete_old: #{Bench::Table.number(OLD)}"
}.freeze

rows = Bench.modes.product(counts, OPERATIONS.keys).map do |mode, n, operation|
  times = sides.to_h { |side| [side, results[[mode, n, side]][operation]] }
  ratio = times["ours"] ? Bench::Table.ratio(times[sides.first] / times["ours"]) : "-"
  [mode, Bench::Table.number(n), OPERATIONS[operation], *sides.map { |side| Bench::Table.duration(times[side]) }, ratio]
end
Bench::Table.machine
Bench::Table.print("T3: one call, with that many tasks asleep", ["mode", "asleep", "call", *sides, "#{sides.first} / ours"], rows)
