# frozen_string_literal: true

# Run by `rake crash:flows` in a process for each database: processes are killed at random and others go on, and what is
# in the sink is compared, row by row, with a run that nothing happened to. Ends with 1 when a row is lost or doubled.
require "rspec/core"
require "support/servers"
require "active_data_flow/crash/support/random_kills"

rows = Integer(ENV.fetch("ROWS", 200_000))
kills = Integer(ENV.fetch("KILLS", 50))
seed = Integer(ENV.fetch("SEED", Random.new_seed % 1_000_000))
began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
answer = RandomKills.new(rows:, kills:, random: Random.new(seed)).call { |text| warn "#{CrashDatabase::KIND}: #{text}" }
seconds = (Process.clock_gettime(Process::CLOCK_MONOTONIC) - began).round
puts "#{CrashDatabase::KIND.to_s.ljust(10)} #{answer.kills} kills in #{answer.runs} runs of #{rows} rows: #{answer.lost} lost, " \
  "#{answer.doubled} doubled, #{answer.healthy_rejected} healthy rows rejected, sums #{answer.sums ? "right" : "wrong"} " \
  "(seed #{seed}, #{seconds} s)"
exit(1) unless [answer.lost, answer.doubled, answer.healthy_rejected, answer.sums] == [0, 0, 0, true]
