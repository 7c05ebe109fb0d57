# frozen_string_literal: true

# Ends an example that hangs, so that a run says which one it was and where it stood, in place of waiting until somebody
# ends the whole. A process that an example starts has a shorter patience (ADF_SPEC_PATIENCE), and so is heard first.
class HangWatch
  # What an example gets for having hung.
  class Hung < StandardError; end

  SIGNS = %i[example_group_started example_started example_finished example_group_finished].freeze
  private_constant :SIGNS

  # @param patience [Numeric] seconds without an example's beginning or end
  # @param out [IO]
  # @param last_resort [#call] what ends the process when the example goes on hanging
  def initialize(patience:, out: $stderr, last_resort: -> { exit!(1) })
    @patience, @out, @last_resort = patience, out, last_resort
    @sign, @at = "nothing yet", now
  end

  # Begins to watch the examples of this reporter, and the thread that calls this.
  # @return [Thread]
  def start(reporter)
    reporter.register_listener(self, *SIGNS)
    @main = Thread.current
    Thread.new { watch }.tap { |thread| thread.name = "hang watch" }
  end

  SIGNS.each do |sign|
    define_method(sign) do |told|
      what = told.respond_to?(:example) ? told.example : told.group
      @sign, @at = "#{sign.to_s.tr("_", " ")}: #{what.location} #{what.metadata[:full_description] || what.description}", now
    end
  end

  private

  def watch
    loop do
      sleep([@patience / 10.0, 5].min)
      next if now - @at < @patience

      tell
      hung_at = @at
      @main.raise(Hung, "nothing went on for #{@patience} seconds; what it stood at is on standard error")
      sleep(@patience / 10.0)
      @last_resort.call if @at == hung_at
    end
  end

  def tell
    @out.puts("\nHangWatch: nothing went on for #{@patience} seconds after this: #{@sign}", *threads, *processes)
    @out.flush
  end

  def threads
    Thread.list.map { |thread| "#{thread.inspect}\n#{(thread.backtrace || []).map { |line| "    #{line}" }.join("\n")}" }
  end

  # @return [Array<String>] what `ps` says of those that this process has begun, and they in turn
  def processes
    head, *lines = `ps -A -o pid,ppid,stat,etime,args`.lines(chomp: true)
    family = [Process.pid]
    lines.each { |line| family << line.split.first.to_i if family.include?(line.split[1].to_i) }
    [head, *lines.select { |line| family.include?(line.split.first.to_i) }]
  rescue SystemCallError => error
    ["no list of processes: #{error.message}"]
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

RSpec.configure do |config|
  config.before(:suite) { HangWatch.new(patience: Integer(ENV.fetch("ADF_SPEC_PATIENCE", "900"))).start(RSpec.configuration.reporter) }
end
