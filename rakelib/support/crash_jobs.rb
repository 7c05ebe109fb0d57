# frozen_string_literal: true

# Run by `rake crash:jobs`: makes an application with SolidQueue, kills its workers and supervisors, and says what became of
# the rows, and how long it took until somebody went on. Ends with 1 when that is not as it should be.
require "rspec/core"
require "json"
%w[servers rails_app solid_queue].each { |name| require "support/#{name}" }
require "active_data_flow/crash/support/jobs/crashed_application"

# One database.
class CrashJobs
  include CrashedApplication

  # Seconds beyond what a lease, and a sweep, may take; and those that lie between two sweeps at least.
  MARGIN = 2
  APART = 10

  def initialize(kind)
    @kind = kind
    @seed = Integer(ENV.fetch("SEED", Random.new_seed % 1_000_000))
    @lease, @sweep = Integer(ENV.fetch("LEASE", 15)), Integer(ENV.fetch("SWEEP", 30))
    @rows, @kills = Integer(ENV.fetch("ROWS", 1_000_000)), Integer(ENV.fetch("KILLS", 50))
    @supervisors = Integer(ENV.fetch("SUPERVISORS", 2))
  end

  # @return [Boolean] whether all is as it should be
  def call
    began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    warn "#{@kind}: seed #{@seed}"
    @answer = killed_in(crashed_application(@kind, sweep: @sweep), rows: @rows, workers: @kills, supervisors: @supervisors, seed: @seed, lease: @lease)
    tell((Process.clock_gettime(Process::CLOCK_MONOTONIC) - began).round)
    right? && bounds.all? { |what, (bound, _)| (@answer[what].max || 0) < bound }
  end

  private

  def bounds
    {workers: [@lease + MARGIN, "lease + #{MARGIN} s"],
     supervisors: [@lease + [@sweep, APART].max + MARGIN, "lease + a sweep's interval + #{MARGIN} s"]}
  end

  def right? = @answer.values_at(:lost, :doubled, :wrong, :rejected, :counts, :failed_jobs) == [0, 0, 0, 0, true, 0]

  def tell(seconds)
    a = @answer
    puts "#{@kind.to_s.ljust(10)} #{a[:workers].size} workers and #{a[:supervisors].size} supervisors killed in #{a[:runs]} runs of #{a[:rows]} rows: " \
      "#{a[:lost]} lost, #{a[:doubled]} doubled, #{a[:wrong]} wrong, #{a[:rejected]} healthy rows rejected, counters #{a[:counts] ? "right" : "wrong"}, " \
      "#{a[:failed_jobs]} failed jobs left (seed #{@seed}, #{seconds} s)"
    bounds.each { |what, (bound, of)| tell_times(what, a[what].sort, bound, of) if a[what].any? }
  end

  def tell_times(what, times, bound, of)
    median = (times[(times.size - 1) / 2] + times[times.size / 2]) / 2
    puts "           from the kill to the next commit, #{what}: median #{median.round(1)} s, maximum #{times.last.round(1)} s; bound #{bound} s (#{of})"
  end
end

at_exit { FileUtils.rm_rf(RailsApps.rooms) }
exit(1) unless CrashJobs.new(ARGV.fetch(0).to_sym).call
