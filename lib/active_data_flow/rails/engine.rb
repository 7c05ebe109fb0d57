# frozen_string_literal: true

require_relative "options"
require_relative "settings"
require_relative "host_class"
require_relative "registration"
require_relative "../../operations/rails/defaults"
require_relative "after_commit"
require_relative "dispatcher"
require_relative "continuing"
require_relative "job_context"
require_relative "flow_reference"
require_relative "flow_status"
require_relative "unknown_run"
require_relative "work"
require_relative "unreadable_job"
require_relative "killed_workers"
require_relative "sweeping"
require_relative "queue_inspection"
require_relative "boot_warnings"

module ActiveDataFlow
  # What needs Rails. This folder is the root of the engine: app/, config/ and db/ are below it.
  module Rails
    # Brings the models, the settings (`config.active_data_flow`) and the flows of the application to it. Prints nothing,
    # starts no thread, and asks no database.
    class Engine < ::Rails::Engine
      isolate_namespace ActiveDataFlow

      # Which folder of app/ needs which part of Rails.
      PARTS = {"models" => "ActiveRecord::Railtie", "jobs" => "ActiveJob::Railtie", "controllers" => "ActionController::Railtie"}.freeze
      private_constant :PARTS

      config.root = __dir__
      paths["lib/tasks"] = "tasks"
      config.active_data_flow = Settings.new

      # An application may do without ActiveJob: what leans on it is then not there to be loaded.
      initializer "active_data_flow.parts", before: :setup_main_autoloader do
        PARTS.each { |folder, railtie| ::Rails.autoloaders.main.ignore(root.join("app", folder)) unless Object.const_defined?(railtie) }
      end

      # Of a class that is loaded again the old one stays for a while, and is nobody's any more.
      initializer "active_data_flow.reloading", after: :setup_main_autoloader do
        ::Rails.autoloaders.main.on_unload { |_name, value, _file| Operations::Registry.unload(value) if value.is_a?(Class) && (value < Base || value < Operations::Task) }
      end

      # Before the application's initializers, which may set another.
      initializer "active_data_flow.logger", after: :initialize_logger, before: :load_config_initializers do
        Operations.logger = ::Rails.logger
      end

      initializer("active_data_flow.task_jobs", before: :setup_main_autoloader) do
        ::Rails.autoloaders.main.push_dir(Operations::Rails::Defaults::JOBS) if Object.const_defined?(PARTS.fetch("jobs"))
      end

      initializer("active_data_flow.tasks", before: :load_config_initializers) { Operations::Rails::Defaults.set }

      # Runs of an application with a database are nothing to be kept in memory, and lost.
      initializer "active_data_flow.record" do
        if Object.const_defined?(PARTS.fetch("models"))
          ActiveRecordIfThere.record_class = "ActiveDataFlow::ApplicationRecord"
          ActiveRecordIfThere.without_tables = "Run: bin/rails generate active_data_flow:install, then bin/rails db:migrate"
          ActiveRecordIfThere.without_marks = "Run: bin/rails generate active_data_flow:marks --database=%{database}, then bin/rails db:migrate"
        end
      end

      initializer "active_data_flow.queue" do
        next unless Object.const_defined?(PARTS.fetch("jobs"))

        Outbox.dispatcher = Dispatcher
        KilledWorkers.listen
        ActiveSupport.on_load(:solid_queue) do
          on_start { BootWarnings.call }
          on_worker_stop { RunStore::Renewer.instance.leave }
        end
      end

      # Rails names the file of ActiveJob's arguments for several constants, in texts of two encodings, and Ruby locks it for each of
      # these apart: where nothing is loaded eagerly, a job's class that asks for one of them (ours does, by `discard_on`) and a thread
      # that performs or enqueues its first job meanwhile would wait for each other forever. So it is loaded before there are threads.
      initializer "active_data_flow.job_arguments" do
        ::ActiveJob.const_get(:Arguments) if Object.const_defined?(PARTS.fetch("jobs"))
      end

      config.to_prepare { Registration.call }
    end
  end
end

require_relative "events"
require_relative "cleanup"
