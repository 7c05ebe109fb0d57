# frozen_string_literal: true

# Four processes that run tasks, of which any may be killed: another one takes its place.
class TaskWorkers
  COUNT = 4

  # @return [Array<Integer>] pids that were killed from outside
  attr_reader :killed

  def initialize
    @killed = []
  end

  # @param pid [Integer] of one that works
  def kill(pid)
    @killed << pid
    Process.kill(:KILL, pid)
  end

  # What has to be done from outside, again and again.
  def look_after = nil

  # Each with a runner, and they share nothing but the table.
  class Runners < TaskWorkers
    def self.connect(config)
      require "active_data_flow/active_record"
      ActiveRecord::Base.establish_connection(**config)
      ActiveDataFlow.prepare_database!
      Operations.logger = Logger.new(IO::NULL)
    end

    def start = @pids = Array.new(COUNT) { work }

    def pids = @pids.dup

    def look_after
      dead = @pids.select { |pid| Process.wait(pid, Process::WNOHANG) }
      @pids = @pids - dead + dead.map { work }
    end

    def stop = @pids.each { |pid| Process.kill(:TERM, pid) }.each { |pid| Process.wait(pid) }

    private

    def work
      ActiveRecord::Base.connection_handler.clear_all_connections!
      fork do
        Operations::Runner.new(wake_interval: 0.1).start(handle_signals: true)
      ensure
        warn($!.full_message) if $! && !$!.is_a?(SystemExit)
        exit!(true)
      end
    end
  end

  # Those of SolidQueue, whose supervisor replaces them; tasks come to them by jobs, and those of dead ones by the sweep.
  class Queues < TaskWorkers
    def self.connect(config)
      require "support/queue_host"
      QueueHost.boot(config)
      QueueHost.prepare
    end

    def start
      QueueHost.disconnect
      @supervisor = QueueHost.supervise(processes: COUNT)
      sweep
    end

    def pids = SolidQueue::Process.where(kind: "Worker").pluck(:pid) - killed - TaskDooms.killed

    def look_after
      sweep if Process.clock_gettime(Process::CLOCK_MONOTONIC) - @swept_at > 1
    end

    def stop
      Process.kill(:TERM, @supervisor)
      Process.wait(@supervisor)
    end

    private

    def sweep
      Operations.sweep
      @swept_at = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
