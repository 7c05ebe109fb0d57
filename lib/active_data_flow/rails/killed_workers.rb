# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # SolidQueue fails the jobs of a worker that was killed, and no `retry_on` hears of it. Its event, about a second after the
    # kill and in the supervisor, lets our jobs go on at once: there is a run row behind each, so doing them again doubles nothing.
    class KilledWorkers
      EVENT = "fail_many_claimed.solid_queue"
      OURS = %w[ActiveDataFlow::% Operations::%].freeze
      # What SolidQueue says of processes, as it stands in a failed row. Only an exit is certain: one that was pruned may live.
      EXIT = "SolidQueue::Processes::ProcessExitError"
      ENDED = %w[ProcessExitError ProcessPrunedError ProcessMissingError].map { |name| "SolidQueue::Processes::#{name}" }.freeze
      # Seconds after which a failed row of a dead worker is one that its supervisor has not lived to retry.
      LEFT = 60
      private_constant :EVENT, :OURS, :EXIT, :ENDED, :LEFT

      class << self
        # @return [void]
        def listen = ActiveSupport::Notifications.subscribe(EVENT) { |event| new(event.payload).call }

        # Failed rows that a supervisor left when it died itself. What they were about the sweep finds by the runs and tasks.
        # @return [void]
        def discard_left
          rows = failed.where(created_at: ...LEFT.seconds.ago).limit(1000).select { |row| ENDED.include?(row.exception_class) }
          rows.each { |row| discard(row) }
        end

        # @return [ActiveRecord::Relation] failed rows of our jobs
        def failed
          names = DataFlowJob.descendants.map(&:name)
          jobs = ::SolidQueue::Job.arel_table[:class_name]
          ::SolidQueue::FailedExecution.joins(:job).includes(:job).where(jobs.matches_any(OURS).or(jobs.in(names)))
        end

        private

        # Another sweep may have been there just now.
        def discard(row)
          row.discard
        rescue ::ActiveRecord::RecordNotFound
          nil
        end
      end

      # @param payload [Hash] older versions of SolidQueue have no :error; there is no :job_ids when its block raised
      def initialize(payload)
        @payload = payload
      end

      # Never raises: it is called in the supervisor, which has others to look after.
      # @return [void]
      def call
        rows = self.class.failed.where(job_id: @payload[:job_ids] || []).to_a
        end_leases(rows) if rows.any? && exit?(rows)
      rescue => error
        say("the leases of a killed worker end by themselves", error)
      ensure
        rows&.each { |row| try_again(row) }
      end

      private

      def exit?(rows) = (@payload[:error]&.class&.name || rows.first.exception_class) == EXIT

      # Of these processes, and of these jobs: another process may have the same number on another machine.
      def end_leases(rows)
        owners = ::SolidQueue::Process.where(id: @payload[:process_ids]).map { |process| "#{process.hostname}:#{process.pid}" }
        RunStore.all.each { |store| store.end_leases(owners:, job_ids: rows.map { |row| row.job.active_job_id }) }
        tasks = Operations.storage
        tasks.end_leases(owners:, ids: rows.map { |row| row.job.arguments["arguments"].first }) if tasks.respond_to?(:end_leases)
      end

      def try_again(row)
        ::SolidQueue::Record.transaction do
          wait_a_second(::SolidQueue::Record.connection)
          row.retry
        end
      rescue => error
        say("the job #{row.job_id} of a killed worker is left to the sweep", error)
      end

      # For a lock. SQLite has one for the whole file, and a time of its own for it.
      def wait_a_second(connection)
        connection.execute("SET LOCAL lock_timeout = '1s'") if connection.adapter_name.match?(/postg/i)
      end

      def say(what, error) = Operations.logger.warn("#{what}: #{error.class}: #{error.message.lines.first&.chomp}")
    end
  end
end
