# frozen_string_literal: true

# T5: a task that starts 10,000 sub-tasks and waits for them, in SolidQueue's forked workers on PostgreSQL. Each sub-task does
# one UPDATE. Against 10,000 jobs that do the same UPDATE and are nothing else, which is the limit, and against as many tasks
# that nobody waits for. The time is wall time, from the first row that is marked: the jobs are there before the workers. A
# commit is what got a number from PostgreSQL, so transactions that only read are none.
#
#   bin/exec ruby bench/task_children.rb
#
# Environment: CHILDREN (10,000), ROUNDS (3), PROCESSES (2) and THREADS (3) of workers, `SIDES=jobs,sub-tasks` measures these alone.
require_relative "support"
require_relative "support/postgresql"
require_relative "queued/side"

module Bench
  module Queued
    SIDES = {"jobs" => Jobs, "tasks" => Tasks, "sub-tasks" => SubTasks}.freeze

    module_function

    def chosen = SIDES.slice(*ENV.fetch("SIDES", SIDES.keys.join(",")).split(","))

    def once(side)
      Postgresql.server.fresh("queued")
      Postgresql.server.checkpoint
      Bench.run(mode: Bench.modes.last, side:, config: {**Postgresql.server.config("queued"), pool: 10, max_connections: 10}, count: Bench.count("CHILDREN", 10_000),
        processes: Bench.count("PROCESSES", 2), threads: Bench.count("THREADS", 3))
    end

    # @return [Hash{String => Hash}] medians
    def measure
      results = chosen.keys.to_h { |side| [side, []] }
      Bench.count("ROUNDS", 3).times { results.each { |side, list| list << once(side) } }
      results.transform_values { |list| list.first.keys.to_h { |key| [key, Bench.median(list.map { |result| result[key] })] } }
    end

    def print(results)
      limit = results.dig("jobs", :seconds)
      lines = results.map do |side, result|
        [SIDES.fetch(side).words, Table.number(1 / result[:seconds]), Table.duration(result[:seconds]), format("%.2f", result[:commits]),
          format("%.2f", result[:transactions]), Table.duration(result[:before]), limit ? format("%.2f", limit / result[:seconds]) : "-"]
      end
      Table.print("T5: #{Table.number(Bench.count("CHILDREN", 10_000))} on SolidQueue and PostgreSQL",
        ["implementation", "a second", "time of one", "commits of one", "transactions of one", "to enqueue them", "/ limit"], lines)
    end
  end
end

Bench.child_params do |side:, config:, count:, processes:, threads:|
  Bench::Queued::SIDES.fetch(side).new(config, count).measure(processes, threads)
end

Bench::Table.machine
puts "", "#{Bench::Postgresql.words}\n", "#{Bench.count("PROCESSES", 2)} workers with #{Bench.count("THREADS", 3)} threads each"
Bench::Queued.print(Bench::Queued.measure)
