# frozen_string_literal: true

# T2: how many transitions a second with the tasks in a database: the order of T1, from Task.call to completed, against the gem's
# ancestor in a Rails of its own (its gems are installed at the first run), and against the statements that ours sends, sent by
# hand. On SQLite, on PostgreSQL, and on PostgreSQL with `durability :every_transition`, where the disk is flushed each time. The
# time is wall time, as the databases do most of the work.
#
#   bin/exec ruby bench/task_active_record.rb
#
# Environment: TASKS (500, a sample), SAMPLES (3, in each child), ROUNDS (3, children). `SIDES=statements,ours` measures these
# alone, `WORKLOADS=SQLite` that one.
require_relative "stored_tasks"

module Bench
  module StoredTasks
    # targets:: by side, where they are others than usual; nil where there is none
    Workload = Data.define(:title, :place, :durability, :targets)

    WORKLOADS = [
      Workload.new(title: "SQLite", place: Place::Sqlite, durability: "burst", targets: {}),
      Workload.new(title: "PostgreSQL", place: Place::Postgresql, durability: "burst", targets: {}),
      Workload.new(title: "PostgreSQL, every transition flushed", place: Place::Postgresql, durability: "every_transition",
        targets: {"the statements" => 0.85, "the ancestor" => nil})
    ].freeze
    SIDES = {"the statements" => Statements, "the ancestor" => Ancestor, "ours" => Ours}.freeze

    module_function

    # A slow minute of the machine hits all sides alike.
    def measure(workload)
      results = chosen(SIDES.keys, "SIDES").to_h { |side| [side, []] }
      Bench.count("ROUNDS", 3).times { results.each { |side, list| list << once(workload, side) } }
      results.transform_values { |list| list.first.keys.to_h { |key| [key, Bench.median(list.map { |result| result[key] })] } }
    end

    def once(workload, side)
      workload.place.fresh do |config|
        Bench.run(mode: Bench.modes.last, env: SIDES.fetch(side).env, side:, config:, durability: workload.durability, tasks: Bench.count("TASKS", 500),
          samples: Bench.count("SAMPLES", 3))
      end
    end

    def chosen(names, variable)
      words = ENV[variable]&.split(",") or return names
      names.select { |name| words.any? { |word| name.include?(word) } }
    end
  end
end

Bench.child_params do |side:, config:, durability:, tasks:, samples:|
  Bench::StoredTasks::SIDES.fetch(side).new(config, durability).measure(samples, tasks)
end

workloads = Bench::StoredTasks.chosen(Bench::StoredTasks::WORKLOADS.map(&:title), "WORKLOADS")
  .map { |title| Bench::StoredTasks::WORKLOADS.find { |workload| workload.title == title } }
Bench::StoredTasks.chosen(Bench::StoredTasks::SIDES.keys, "SIDES").each { |side| Bench::StoredTasks::SIDES.fetch(side).prepare }
Bench::Table.machine
puts "", workloads.map(&:place).uniq.map { |place| "#{place.words}\n" }
workloads.each { |workload| Bench::StoredTasks::Report.new(workload, Bench::StoredTasks.measure(workload)).print }
