# frozen_string_literal: true

require_relative "jobs"

module Operations
  module Compat
    # What compat is in a Rails application: `agent_runner` and `operations:verify`, the jobs' former arguments, and the status of
    # a response to what a task refused.
    class Railtie < ::Rails::Railtie
      JOBS = {"WakeTaskJob" => [Jobs], "DeleteOldTaskJob" => [Jobs, Jobs::Deleting]}.freeze
      private_constant :JOBS

      initializer "operations.compat.jobs", before: :setup_main_autoloader do
        JOBS.each do |name, additions|
          ::Rails.autoloaders.main.on_load("Operations::#{name}") { |job, _file| job.prepend(*additions) }
        end
      end

      config.after_initialize do
        if defined?(::ActionDispatch::ExceptionWrapper)
          responses = ::ActionDispatch::ExceptionWrapper.rescue_responses
          responses[RecordInvalid.name] = responses[RecordInvalid.superclass.name]
        end
      end

      rake_tasks do
        require "operations/rake"
        task("operations:classes" => :environment) { ::Rails.application.eager_load! }
        task("operations:verify" => "operations:classes")

        desc "Wake the tasks that are due and delete old ones, until a signal stops it"
        task(agent_runner: :environment) { Operations::Task::Runner.start }
      end
    end
  end
end
