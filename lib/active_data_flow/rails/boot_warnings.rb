# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What is said at the start of SolidQueue's supervisor if nothing would sweep there, or if its processes would be in each
    # other's way. Files are read, no database.
    module BootWarnings
      class << self
        # @param configuration [::SolidQueue::Configuration] what is about to be started
        # @param database [::ActiveRecord::DatabaseConfigurations::DatabaseConfig] of the queue
        # @return [void]
        def call(configuration = ::SolidQueue::Configuration.new, database = ::SolidQueue::Record.connection_db_config)
          warn_of_locks(database.adapter)
          attributes = configuration.configured_processes.group_by(&:kind).transform_values { |processes| processes.map(&:attributes) }
          warn_of_schedule(attributes.fetch(:scheduler, []).flat_map { |scheduler| scheduler[:recurring_tasks] || [] })
          warn_of_workers(attributes.fetch(:worker, []).flat_map { |worker| worker[:queues] })
        end

        private

        def warn_of_schedule(tasks)
          return if tasks.any? { |task| task.class_name == SweepJob.name }

          say("none of its recurring tasks is #{SweepJob.name}", "bin/rails active_data_flow:sync_schedules, which adds it to config/recurring.yml")
        end

        # Before Rails 8 a transaction in SQLite begins as a reader, and ends when it is to write and another process has written
        # in between; and a thread that waits for its turn keeps all others of its process waiting.
        def warn_of_locks(adapter)
          return if adapter != "sqlite3" || defined?(::EnhancedSQLite3) || ::ActiveRecord::ConnectionAdapters::AbstractAdapter.method_defined?(:begin_deferred_transaction)

          say("its database is SQLite on Rails #{::ActiveRecord::VERSION::STRING}", "gem \"activerecord-enhancedsqlite3-adapter\" in the Gemfile; Rails 8 needs nothing",
            so: "its processes would end with \"database is locked\"")
        end

        # Another supervisor may have a worker for it; here there is none to be seen.
        def warn_of_workers(patterns)
          queue = SweepJob.new.queue_name
          return if patterns.any? { |pattern| File.fnmatch?(pattern.to_s, queue) }

          say("none of its workers serves the queue #{queue}", "queues: #{[queue, *patterns].join(",")} at a worker in config/queue.yml")
        end

        def say(what, write, so: "runs of dead workers would stay where they are")
          Operations.logger.warn("active_data_flow: SolidQueue starts, and #{what}: #{so}. Write: #{write}")
        end
      end
    end
  end
end
