# frozen_string_literal: true

module Bench
  module StoredTasks
    # One that takes the order of T1 from nothing to completed, each step stored.
    class Side
      class << self
        # In the parent: what has to be there before.
        def prepare = nil

        # @return [Hash] what the environment of its process has of its own
        def env = {}
      end

      # @param config [Hash] what `establish_connection` takes
      # @param durability [String] of ours
      def initialize(config, durability)
        @config = config
        @durability = durability
        connect
      end

      # @yield the class body
      # @return [Class] under its own constant
      def task(constant, &body)
        Object.const_set(constant, Class.new(Operations::Task)).tap { |task_class| task_class.class_eval(&body) }
      end

      # One task.
      def call = raise(NotImplementedError)

      # @param samples [Integer]
      # @param tasks [Integer] in each
      # @return [Hash] seconds for one task
      # @raise [RuntimeError] when not all of them are stored as completed
      def measure(samples, tasks)
        repeat(tasks) # warm: connected, prepared, compiled
        times = Array.new(samples) { timed { repeat(tasks) } }
        check((samples + 1) * tasks)
        times.first.keys.to_h { |key| [key, Bench.median(times.map { |time| time[key] }) / tasks] }
      end

      private

      def connect = raise(NotImplementedError)

      def repeat(tasks) = tasks.times { call }

      def timed
        GC.start
        wall, cpu = now(Process::CLOCK_MONOTONIC), now(Process::CLOCK_PROCESS_CPUTIME_ID)
        yield
        {wall: now(Process::CLOCK_MONOTONIC) - wall, cpu: now(Process::CLOCK_PROCESS_CPUTIME_ID) - cpu}
      end

      def now(clock) = Process.clock_gettime(clock)

      def check(wanted)
        found = ActiveRecord::Base.connection.select_value("SELECT count(*) FROM operations_tasks WHERE task_status = 100").to_i
        raise "#{found} tasks are stored as completed, and #{wanted} were wanted" if found < wanted
      end
    end
  end
end
