# frozen_string_literal: true

module Bench
  module Queued
    # Work for SolidQueue's workers: rows that get a mark, one by one.
    class Side
      # @param config [Hash] what `establish_connection` takes
      # @param count [Integer] of the rows
      def initialize(config, count)
        @count = count
        connect(config)
        define
      end

      # @return [Hash] seconds and numbers for one of them; seconds that it took to enqueue them all
      # @raise [RuntimeError] when a row has no mark in the end
      def measure(processes, threads)
        before = seconds { enqueue }
        counted = counters
        QueueHost.disconnect
        one = with_workers(processes, threads) { seconds_for_one }
        sleep 1.5 # until the server has counted all transactions
        commits, transactions = counters.zip(counted).map { |now, earlier| (now - earlier).fdiv(@count) }
        raise "#{marked} of #{@count} rows have one mark" unless marked == @count

        {seconds: one, before:, commits:, transactions:}
      end

      private

      def connect(config)
        $LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
        require_relative "../../spec/support/queue_host"
        QueueHost.boot(config)
        QueueHost.prepare
        ActiveRecord::Base.connection.create_table(:places) { |table| table.integer :marks, default: 0 }
        ActiveRecord::Base.connection.execute("INSERT INTO places (id) SELECT generate_series(1, #{@count})")
        Bench.const_set(:Place, Class.new(ActiveRecord::Base) { self.table_name = "places" })
      end

      def with_workers(processes, threads)
        supervisor = QueueHost.supervise(processes:, threads:)
        yield
      ensure
        Process.kill(:TERM, supervisor)
        Process.wait(supervisor)
      end

      # Without the time that workers take to start.
      def seconds_for_one
        sleep 0.01 while (early = marked).zero?
        seconds { sleep 0.05 until finished? } / (@count - early)
      end

      def marked = Place.where(marks: 1).count

      def seconds
        start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
        yield
        Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
      end

      # Looking takes a number itself, once.
      def counters
        ActiveRecord::Base.connection.select_rows(<<~SQL).first
          SELECT pg_current_xact_id()::text::bigint, xact_commit FROM pg_stat_database WHERE datname = current_database()
        SQL
      end
    end

    # Jobs of the application's own.
    class Jobs < Side
      def self.words = "**jobs that do the UPDATE**"

      private

      def define
        Object.const_set(:MarkJob, Class.new(ActiveJob::Base) { def perform(id) = Place.where(id:).update_all("marks = marks + 1") })
      end

      def enqueue = (1..@count).each_slice(1000) { |ids| ActiveJob.perform_all_later(ids.map { |id| MarkJob.new(id) }) }

      def finished? = !SolidQueue::ReadyExecution.exists? && !SolidQueue::ClaimedExecution.exists?
    end

    # Tasks, due and enqueued.
    class Tasks < Side
      def self.words = "tasks"

      private

      def define
        Object.const_set(:Mark, Class.new(Operations::Task)).class_eval do
          has_attribute :place_id, :integer
          starts_with :mark
          action(:mark) { Place.where(id: place_id).update_all("marks = marks + 1") }.then(:done)
          result :done
        end
      end

      def enqueue
        ActiveRecord::Base.transaction { (1..@count).each { |place_id| Operations.storage.save(Mark.new(status: :waiting, wake_at: Time.now, place_id:)) } }
        Operations.sweep while ActiveRecord::Base.connection.select_value("SELECT COUNT(*) FROM operations_tasks WHERE claimed_until IS NULL").positive?
      end

      def finished? = !unfinished?

      def unfinished? = ActiveRecord::Base.connection.select_value("SELECT EXISTS (SELECT 1 FROM operations_tasks WHERE task_status IN (0, 10))")
    end

    # A task that starts them and waits until they have ended.
    class SubTasks < Tasks
      def self.words = "**sub-tasks that their parent waits for**"

      private

      def define
        super
        count = @count
        Object.const_set(:Marks, Class.new(Operations::Task)).class_eval do
          starts_with :send_out
          delay 3600
          action(:send_out) { (1..count).each { |place_id| start(Mark, place_id:) } }.then(:back?)
          wait_until(:back?) { condition { unfinished_sub_tasks.none? } and go_to(:done) }
          result :done
        end
      end

      def enqueue = Marks.call
    end
  end
end
