# frozen_string_literal: true

require "timeout"
require_relative "eventually"

# Real processes, made by fork.
module Forks
  # Runs the block in a fork.
  # @return [Thread] whose value is what the block returned, or the text of what it raised
  def in_fork
    reader, writer = IO.pipe
    pid = fork { answer_from(reader, writer) { yield } }
    writer.close
    Thread.new { answer_of(pid, reader) }
  end

  # For an example that failed before its own fork had ended: it would hold the pipe open that the suite reads.
  def kill_if_alive(pid)
    Process.kill(:KILL, pid)
    Process.wait(pid)
  rescue Errno::ESRCH, Errno::ECHILD
    nil
  end

  private

  def answer_from(reader, writer)
    reader.close
    answer = begin
      yield
    rescue Exception => error # rubocop:disable Lint/RescueException -- the parent is to see whatever it was
      "#{error.class}: #{error.message}"
    end
    Marshal.dump(answer, writer)
    writer.close
  ensure
    exit!(0) # neither RSpec's nor anybody else's at_exit belongs to this process
  end

  def answer_of(pid, reader)
    Timeout.timeout(Eventually::PATIENCE) { Marshal.load(reader) }
  rescue Timeout::Error
    Process.kill(:KILL, pid)
    "hung"
  ensure
    Process.wait(pid)
  end
end

RSpec.configure { |config| config.include Forks }
