# frozen_string_literal: true

require "timeout"
require_relative "crash_database"
require_relative "crash_flows"
require_relative "crash_mutants"

# A process that runs a flow on one of the databases, and what it said in the end.
class CrashProcess
  # Leases of a second, and time that can be moved on.
  module Leases
    class << self
      attr_accessor :later
    end
    self.later = 0

    def initialize(lease_seconds: CrashDatabase::LEASE, **options)
      super
      clock.advance(Leases.later)
    end
  end

  FORKING = Mutex.new
  private_constant :FORKING
  PATIENCE = 90 # seconds, after which a process counts as hung
  # What it answered, if it came to that, and whether it came to its point; the signal it ended by; its code otherwise.
  End = Data.define(:answer, :struck, :signal, :code)

  # @return [Integer]
  attr_reader :pid

  # @param config [Hash] of the database
  # @param point [String, Object, nil] see {CrashPoints}
  # @param deed [String, nil]
  # @param mutant [Symbol, nil] see {CrashMutants}
  # @param later [Numeric] seconds by which the leases of the past have aged
  # @yield in the process, with a database and whatever was armed
  def initialize(config, point: nil, deed: nil, mutant: nil, later: 0, &work)
    # One at a time: a pipe that another child inherits does not end with its own.
    FORKING.synchronize do
      @reader, writer = IO.pipe
      @pid = fork { answer_into(writer) { prepare(config, point, deed, mutant, later) && work.call } }
      writer.close
    end
  end

  # @return [End]
  def value
    Timeout.timeout(PATIENCE) { @said = @reader.read }
    finished
  rescue Timeout::Error
    Process.kill(:KILL, @pid)
    finished.with(answer: "hung")
  end

  # Waits until it stands still, or is at its end.
  # @return [Boolean] whether it stands still
  def stopped?
    Timeout.timeout(PATIENCE) { @status = Process.wait2(@pid, Process::WUNTRACED).last }
    @status.stopped?
  end

  def go_on = Process.kill(:CONT, @pid)

  private

  def answer_into(writer)
    answer = begin
      yield
    rescue Exception => error # rubocop:disable Lint/RescueException -- the parent is to see whatever it was
      "#{error.class}: #{error.full_message(highlight: false)}"
    end
    Marshal.dump([answer, CrashPoints.struck?], writer)
    writer.close
  ensure
    exit!(0)
  end

  def prepare(config, point, deed, mutant, later)
    %w[INT TERM].each { |signal| trap(signal, "DEFAULT") }
    Leases.later = later
    ActiveDataFlow::RunStore::Base.prepend(Leases)
    CrashDatabase.connect(config)
    CrashMutants.make(mutant) if mutant
    CrashPoints.arm(point, deed, config) if point
    true
  end

  def finished
    status = (@status && !@status.stopped?) ? @status : Process.wait2(@pid).last
    answer, struck = Marshal.load(@said) unless @said.to_s.empty?
    End.new(answer:, struck:, signal: status.termsig && Signal.signame(status.termsig), code: status.exitstatus)
  end
end
