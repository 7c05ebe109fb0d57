# frozen_string_literal: true

require "active_data_flow/rails/schedules/reading"

module ActiveDataFlow
  module Generators
    # What an application has to know about the queue that it runs flows and tasks in.
    module QueueAdvice
      RECURRING = "config/recurring.yml"
      CLEARING = <<~TEXT
        The table of finished jobs grows for ever: no command in #{RECURRING} clears it in %s. Add there:

          clear_solid_queue_finished_jobs:
            command: "SolidQueue::Job.clear_finished_in_batches(sleep_between_batches: 0.3)"
            schedule: every hour at minute 12
      TEXT
      ASYNC = <<~TEXT
        In %s jobs run by the async adapter, in threads of the process that enqueued them: with it they are gone, and no
        schedule starts any. Flows and tasks outlast that, since their rows are kept, but nothing goes on with them by itself. For SolidQueue:
      TEXT
      private_constant :RECURRING, :CLEARING, :ASYNC

      private

      # @return [Array<String>] paragraphs; none where all is well
      def queue_advice = jobs? ? [*async, *clearing] : []

      def jobs? = Object.const_defined?("ActiveJob::Railtie")

      def solid_queue? = Object.const_defined?("SolidQueue::Engine")

      # What a fresh application has for development.
      def async
        return unless ::ActiveJob::Base.queue_adapter_name == "async"

        steps = ["config/environments/#{::Rails.env}.rb: config.active_job.queue_adapter = :solid_queue, and config.solid_queue.connects_to = {database: {writing: :queue}}",
          "config/database.yml: a database named queue in #{::Rails.env}, as in production, with migrations_paths: db/queue_migrate",
          "config/initializers/active_data_flow.rb: config.schedule_environments = #{[*ActiveDataFlow.configuration.schedule_environments, ::Rails.env].uniq.inspect}",
          "bin/rails db:prepare, bin/rails active_data_flow:sync_schedules, then bin/jobs beside the server"]
        steps.unshift("bundle add solid_queue && bin/rails solid_queue:install") unless solid_queue?
        format(ASYNC, ::Rails.env) + steps.map { |step| "  #{step}\n" }.join
      end

      # A job of the application's own may clear them: that cannot be seen.
      def clearing
        return unless solid_queue? && ::SolidQueue.preserve_finished_jobs

        unclear = ActiveDataFlow.configuration.schedule_environments.reject { |environment| clears?(environment) }
        format(CLEARING, unclear.join(" and ")) if unclear.any?
      end

      def clears?(environment)
        path = File.expand_path(RECURRING, destination_root)
        File.exist?(path) && Rails::Schedules::Reading.entries(path, environment).any? { |_, entry| entry.is_a?(Hash) && entry[:command].to_s.include?("clear_finished_in_batches") }
      rescue ::StandardError, ::ScriptError
        true # what is wrong with the file says sync_schedules
      end
    end
  end
end
