# frozen_string_literal: true

# What the benches share: which sides there are, child processes (one per side and mode, so that neither heap nor compiled code
# of one side disturbs the other), medians, and the printed table.
require "json"
require "open3"
require "rbconfig"
require_relative "support/six_steps"
require_relative "support/side"
require_relative "support/sleeper"
require_relative "support/table"

module Bench
  CHILD = "ACTIVE_DATA_FLOW_BENCH_CHILD"
  private_constant :CHILD

  module_function

  # Runs the block in each child process with its side and parameters, and hands back to the parent what it returned (a Hash of
  # numbers). In the parent itself: does nothing.
  def child
    child_params { |side:, **params| yield(Side.new(side), **params) }
  end

  # As {child}, for programs whose sides are not {Side}s: the block gets all parameters.
  def child_params
    text = ENV[CHILD] or return
    puts JSON.generate(yield(**JSON.parse(text, symbolize_names: true)))
    exit
  end

  # One child: the running program once more, in the given mode.
  # @param env [Hash] what its environment has of its own
  # @return [Hash] with Symbol keys
  # @raise [RuntimeError] when the child fails; it carries what the child wrote
  def run(mode:, env: {}, **params)
    command = [RbConfig.ruby, *mode_option(mode), File.expand_path($PROGRAM_NAME)]
    out, error, status = Open3.capture3(child_env(params).merge(env), *command)
    raise "bench child #{params} failed (#{status}):\n#{error}" unless status.success?
    JSON.parse(out.lines.last, symbolize_names: true)
  end

  # Each cell `rounds` times, cell after cell in each round: a slow minute of the machine then hits all of them alike.
  # @param cells [Hash{Object => Hash}] the name of a cell => parameters of {run}
  # @return [Hash{Object => Hash{Symbol => Float}}] medians
  def rounds(cells, rounds: count("ROUNDS", 5))
    results = Hash.new { |hash, key| hash[key] = [] }
    rounds.times { cells.each { |name, params| results[name] << run(**params) } }
    results.transform_values { |list| list.first.keys.to_h { |key| [key, median(list.map { |result| result[key] })] } }
  end

  def modes = yjit? ? %w[interpreter YJIT] : %w[interpreter]

  def yjit? = defined?(RubyVM::YJIT) ? true : false

  # @return [Integer] from the environment, `1_000` style allowed
  def count(name, default) = Integer(ENV.fetch(name, default))

  def seconds(default) = Float(ENV.fetch("SECONDS", default))

  def median(values)
    sorted = values.sort
    (sorted[(sorted.size - 1) / 2] + sorted[sorted.size / 2]) / 2.0
  end

  # CPU time: what else the machine does at the moment must not count, and all that is measured here is work of one thread.
  # @return [Float] seconds that the block took
  def time
    start = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
    yield
    Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - start
  end

  # Repeats the block until `seconds` are over, at least once.
  # @yieldreturn [Integer] how many things one call did
  # @return [Float] seconds for one of them
  def per_unit(seconds)
    units = 0
    start = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
    loop do
      units += yield
      spent = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - start
      return spent / units if spent >= seconds
    end
  end

  # @return [Integer] bytes of this process that are in memory
  def resident_bytes
    status = "/proc/self/status"
    return File.read(status)[/^VmRSS:\s+(\d+) kB/, 1].to_i * 1024 if File.exist?(status)
    Integer(`ps -o rss= -p #{Process.pid}`) * 1024
  end

  # From here on {peak_bytes} counts anew, where the system can do that.
  def forget_peak
    File.write("/proc/self/clear_refs", "5")
  rescue SystemCallError
    nil
  end

  # @return [Integer] the most bytes that were in memory at once; where the system does not tell: those that are now
  def peak_bytes
    status = "/proc/self/status"
    (File.exist?(status) && File.read(status)[/^VmHWM:\s+(\d+) kB/, 1]&.to_i&.*(1024)) || resident_bytes
  end

  def mode_option(mode)
    return [] unless yjit?

    (mode == "YJIT") ? ["--yjit"] : ["--disable-yjit"]
  end

  def child_env(params)
    options = ENV["RUBYOPT"].to_s.split.grep_v(/yjit/).join(" ")
    {CHILD => JSON.generate(params), "RUBY_YJIT_ENABLE" => nil, "RUBYOPT" => options}
  end
  private_class_method :mode_option, :child_env
end
