# frozen_string_literal: true

require_relative "crash_scenario"

# Real kills at moments that nobody chose. Whoever comes next goes on, until the run has ended; then another one begins,
# until there were as many kills as are wanted. Each run is compared with one that nothing happened to.
class RandomKills
  # Seconds that a process gets after its claim or its first commit.
  SPAN = 0.3
  Answer = Data.define(:kills, :runs, :lost, :doubled, :healthy_rejected, :sums)

  # @param rows [Integer] of each run
  # @param kills [Integer]
  # @param random [Random]
  # @param flow [Class]
  # @param scenario [Class]
  def initialize(rows:, kills:, random: Random.new, flow: BulkExportFlow, scenario: CrashScenario)
    @rows, @wanted, @random = rows, kills, random
    @flow, @scenario = flow, scenario
    @kills = 0
  end

  # @yieldparam text [String] how far it is
  # @return [Answer]
  def call
    expected = undisturbed
    runs = []
    while @kills < @wanted
      runs << run
      yield "#{@kills} kills, #{runs.size} runs of #{@rows} rows" if block_given?
    end
    Answer.new(kills: @kills, runs: runs.size, lost: runs.sum { |facts| (expected.rows - facts.rows).size },
      doubled: runs.sum { |facts| facts.twice.size + [facts.rows.size - expected.rows.size, 0].max },
      healthy_rejected: runs.sum { |facts| (facts.rejects - expected.rejects).size }, sums: runs.map(&:counts).uniq == [expected.counts])
  end

  private

  def undisturbed
    scenario = @scenario.new(@flow, rows: @rows)
    scenario.take_over
    scenario.facts
  ensure
    scenario&.remove
  end

  def run
    scenario = @scenario.new(@flow, rows: @rows)
    count = 0
    count += 1 until ended?(scenario, 3 * count)
    scenario.facts
  ensure
    scenario&.remove
  end

  # The leases of the past have ended for each new process.
  def ended?(scenario, later)
    return scenario.take_over(later:) if @kills >= @wanted

    at_work, told = IO.pipe
    point = (@random.rand < 0.3) ? "after the claim" : "after COMMIT"
    process = scenario.go_on(point:, deed: -> { told.write(".") && told.close }, later:)
    told.close
    at_work.read(1)
    kill(process.pid, @random.rand * SPAN)
    ended = process.value
    @kills += 1 if ended.signal
    raise "a process ended so: #{ended.answer}" if ended.answer.is_a?(String)

    Array(ended.answer).first == "success"
  ensure
    at_work&.close
  end

  def kill(pid, seconds)
    sleep seconds
    Process.kill(:KILL, pid)
  end
end
