# frozen_string_literal: true

# Run by `rake crash:tasks`: on each database four workers of each kind are killed at random, and what the handlers left
# behind is counted. Ends with 1 when a task does not end, or an effect is missing, or doubled without a kill in its handler.
require "json"
require "open3"
require "rbconfig"

PROGRAM = File.expand_path("../../spec/operations/crash/support/killed_tasks_program.rb", __dir__)
NAMES = {"runners" => "four runners", "queues" => "SolidQueue's four workers"}.freeze
# A job costs so much more than a handler of no length that few kills would come within one.
WORK = {"runners" => "0", "queues" => "0.01"}.freeze
MUST_BE_NONE = %i[unfinished missing unexplained helpers_wrong].freeze

def facts(database, workers, seed)
  env = {"ADF_SPEC_DATABASE" => database, "WORKERS" => workers, "SEED" => seed.to_s, "WORK" => WORK.fetch(workers),
         "TASKS" => ENV.fetch("TASKS", "10000"), "KILLS" => ENV.fetch("KILLS", "50")}
  out, status = Open3.capture2(env, RbConfig.ruby, "-I", "lib", "-I", "spec", PROGRAM)
  status.success? ? JSON.parse(out.lines.last, symbolize_names: true) : abort("#{database}, #{NAMES.fetch(workers)}: ended without an answer (seed #{seed})")
end

def line(database, workers, facts, seed, seconds)
  "#{database.ljust(10)} #{NAMES.fetch(workers)}: #{facts[:kills]} kills, #{facts[:within]} of them within a handler, in #{facts[:tasks]} tasks: " \
    "#{facts[:unfinished]} unfinished, #{facts[:missing]} effects missing, #{facts[:doubled]} doubled, #{facts[:unexplained]} of them without such a kill, " \
    "#{facts[:helpers_wrong]} sub-tasks missing or doubled (seed #{seed}, #{seconds} s)"
end

seed = Integer(ENV.fetch("SEED", Random.new_seed % 1_000_000))
fine = ENV.fetch("ON", "sqlite,postgresql").split(",").product(ENV.fetch("WORKERS", NAMES.keys.join(",")).split(",")).map do |database, workers|
  began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  answer = facts(database, workers, seed)
  puts line(database, workers, answer, seed, (Process.clock_gettime(Process::CLOCK_MONOTONIC) - began).round)
  $stdout.flush
  answer.values_at(*MUST_BE_NONE).sum.zero?
end
exit(1) unless fine.all?
