# frozen_string_literal: true

require "fileutils"
require "tmpdir"

# A Rails application without a folder of its own, in this very process, whose jobs are SolidQueue's: for programs that fork
# its workers themselves. Called before anything of the gem is loaded, which then finds Rails there.
module QueueHost
  # What a worker's process does, as `bin/jobs` would have it. Threads of a worker share its database connections.
  POLLING = {polling_interval: 0.05}.freeze
  private_constant :POLLING

  module_function

  # @param database [Hash] what `establish_connection` takes
  # @return [void]
  def boot(database)
    require "bundler/setup" # Rails is many gems, of one version
    require "rails"
    %w[active_record active_job].each { |part| require "#{part}/railtie" }
    require "solid_queue"
    # What it needs on SQLite where Rails is older than 8.
    require "activerecord-enhancedsqlite3-adapter" if Gem.loaded_specs.key?("activerecord-enhancedsqlite3-adapter")
    require "active_data_flow/active_record"
    application(folder(database)).initialize!
    ActiveRecord::Schema.verbose = false
  end

  # The queue's tables and ours, in the one database.
  def prepare
    load File.join(Gem.loaded_specs.fetch("solid_queue").full_gem_path, "lib/generators/solid_queue/install/templates/db/queue_schema.rb")
    ActiveDataFlow.prepare_database!
  end

  # A supervisor with its workers. No connection may be open.
  # @param processes [Integer] workers
  # @return [Integer] the supervisor's pid
  def supervise(processes:, threads: 1)
    fork do
      SolidQueue::Supervisor.start(workers: [{queues: "*", threads:, processes:, **POLLING}], dispatchers: [POLLING], skip_recurring: true)
    end
  end

  # @return [void]
  def disconnect = ActiveRecord::Base.connection_handler.clear_all_connections!

  def application(root)
    Object.const_set(:QueueHostApplication, Class.new(Rails::Application)).class_eval do
      config.root = root
      config.eager_load = config.enable_reloading = false
      config.logger = ActiveSupport::TaggedLogging.new(Logger.new(File.join(root, "log"), level: :warn))
      config.secret_key_base = "0" * 32
      config.load_defaults Rails::VERSION::STRING.to_f
      config.active_job.queue_adapter = :solid_queue
      self
    end
  end

  # Its settings, and nothing else.
  def folder(database)
    root = Dir.mktmpdir("adf-queue")
    Process.pid.then { |pid| at_exit { FileUtils.rm_rf(root) if pid == Process.pid } }
    FileUtils.mkdir(File.join(root, "config"))
    File.write(File.join(root, "config/database.yml"), JSON.generate(Rails.env => database)) # which is YAML, too
    root
  end
  private_class_method :application, :folder
end
