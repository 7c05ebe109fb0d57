# frozen_string_literal: true

module Operations
  # Wakes tasks that are due, times out those that waited too long, and deletes old ones, at intervals.
  # It works with every executor, and any number of runners may share one storage: each wake is run once.
  #
  #   Operations::Runner.new(wake_interval: 30).start(handle_signals: true)
  class Runner
    SIGNALS = %w[INT TERM].freeze
    private_constant :SIGNALS

    # @return [Numeric] seconds
    attr_reader :wake_interval, :cleanup_interval

    # @param wake_interval [Numeric] seconds between two looks for due tasks
    # @param cleanup_interval [Numeric] seconds between two deletions of old tasks
    def initialize(wake_interval: 30, cleanup_interval: 3600)
      @wake_interval = wake_interval
      @cleanup_interval = cleanup_interval
      @wake_us = Duration.us(wake_interval, :wake_interval)
      @cleanup_us = Duration.us(cleanup_interval, :cleanup_interval)
      @cleaned_us = nil
      @runs_in = @bell = nil
      @stopping = @ended = false
    end

    # Runs a new runner until it is stopped.
    # @param handle_signals [Boolean] see {#start}
    # @return [Runner]
    def self.start(handle_signals: false, **intervals) = new(**intervals).start(handle_signals:)

    # Looks for due tasks at once and then at each interval, until {#stop}. Can be started again afterwards.
    # An error of the storage (its database is away) is logged, and the next interval tries again.
    # @param handle_signals [Boolean] INT and TERM stop the runner after the task it is running, a second one at once;
    #   the handlers there were before are put back at the end
    # @return [self]
    # @raise [Error] when it is running already, or is to share a {Storage::Memory} with other processes
    def start(handle_signals: false)
      raise Error, "this runner is running already; make another: any number may share one storage" if running?

      check_storage
      handling(handle_signals ? SIGNALS : []) { run }
      self
    end

    # Ends {#start} after the task that is being run, or, when it comes first, before any.
    # Safe to call from a signal handler or another thread.
    # @return [self]
    def stop
      @stopping = true unless @ended
      ring
      self
    end

    # @return [Boolean] in a fork of the process in which it runs: false
    def running? = @runs_in == Process.pid

    # One round. An error of one task is recorded there, logged, and does not stop the others; one of the storage is raised.
    # So is, when the others have had their turn, a NoMemoryError of a task: it is the process that has none.
    # Where tasks run in jobs, :woken are those that were enqueued: what becomes of them is seen where they run.
    # @return [Hash{Symbol=>Integer}] :woken, :timed_out, :failed (with an error of their own) and :deleted
    def tick
      return enqueue if Operations.executor.respond_to?(:wake_all)

      counts = {woken: 0, timed_out: 0, failed: 0, deleted: 0}
      no_memory = nil
      wake_all(Operations.storage.sleeping_tasks) { |error| no_memory ||= error if NoMemoryError === error }
        .each { |task| count(task, counts) }
      raise no_memory if no_memory

      counts[:deleted] = clean_up
      counts
    end

    private

    def enqueue
      woken, failed = Sweep.possible? ? Sweep.wake : [wake_in_jobs, 0]
      wait_for_executor
      {woken:, timed_out: 0, failed:, deleted: clean_up}
    end

    # Of a storage that cannot tell which of them are enqueued already.
    def wake_in_jobs = Operations.storage.sleeping_tasks.tap { |tasks| Operations.executor.wake_all(tasks) }.size

    def run
      @ended = false
      hear, @bell = IO.pipe
      @runs_in = Process.pid
      until @stopping
        tick_or_log
        IO.select([hear], nil, nil, @wake_us / 1_000_000.0) unless @stopping
      end
    ensure
      @ended = true
      @stopping = false
      @runs_in = nil
      [hear, @bell].each { |pipe| pipe&.close }
    end

    # Through a pipe, as a signal handler may take no lock, and a thread that waits for a queue sleeps on through its own.
    def ring
      @bell.write_nonblock(".") if running?
    rescue IOError, SystemCallError
      nil # it has just ended
    end

    def tick_or_log
      tick
    rescue StandardError, ScriptError, SystemStackError => error
      Operations.logger.error("the runner goes on in #{@wake_interval} seconds after #{ActiveDataFlow::Shown.error(error)}")
    end

    def wake_all(tasks, &on_error)
      tasks.each do |task|
        break if @stopping && running?

        task._wake_quietly(&on_error)
      end
      wait_for_executor
      tasks
    end

    def wait_for_executor
      executor = Operations.executor
      executor.wait if executor.respond_to?(:wait)
    end

    def count(task, counts)
      return unless task._wake_result

      counts[(task._wake_result == :woken && task.failed?) ? :failed : task._wake_result] += 1
    end

    def clean_up
      now = Clock.now_us
      return 0 if @cleaned_us && now - @cleaned_us < @cleanup_us

      Operations.storage.delete_old(before: Clock.time(now)).tap { @cleaned_us = now }
    end

    # A fork has a copy of the memory: every worker would run every task, and none would see what the others did.
    def check_storage
      storage = Operations.storage
      return unless storage.respond_to?(:copied_by_fork?) && storage.copied_by_fork?

      message = "this process has a copy of its parent's Storage::Memory, so what it does there nobody else sees. " \
        "Let workers share a storage that is outside of them, or make a Storage::Memory in each"
      raise Error, message if defined?(::Async::Container)

      Operations.logger.warn(message)
    end

    def handling(signals)
      previous = signals.to_h { |signal| [signal, trap(signal) { @stopping ? raise(SignalException, signal) : stop }] }
      yield
    ensure
      previous&.each { |signal, handler| trap(signal, handler || "DEFAULT") }
    end
  end
end
