# frozen_string_literal: true

require_relative "queue_apps"

# SolidQueue as it runs in production: a supervisor with forked workers, in an application of {RailsApps}.
module SolidQueues
  include QueueApps

  QUEUE = <<~YAML
    workers:
      - queues: "*"
        threads: 2
        processes: %<processes>d
        polling_interval: 0.1
    dispatchers:
      - polling_interval: 0.1
  YAML

  RECURRING = <<~YAML
    active_data_flow_sweep:
      class: ActiveDataFlow::SweepJob
      schedule: every %<sweep>d seconds
      queue: active_data_flow_sweep
  YAML

  # What `bin/rails solid_queue:install` writes, with the tables of the queue loaded by who runs it.
  JOBS = <<~RUBY
    require_relative "../config/environment"
    require "solid_queue/cli"
    SolidQueue::Cli.start(ARGV)
  RUBY

  TABLES = <<~RUBY
    ActiveRecord::Schema.verbose = false
    ActiveRecord::Base.establish_connection(:queue) if SolidQueue.connects_to
    load File.join(Gem.loaded_specs.fetch("solid_queue").full_gem_path, "lib/generators/solid_queue/install/templates/db/queue_schema.rb")
  RUBY
  private_constant :QUEUE, :RECURRING, :JOBS, :TABLES

  # Makes an application's jobs those of SolidQueue.
  # @param app [RailsApps::App] migrated
  # @param apart [Boolean] whether the queue has a database of its own, as Rails 8 makes it
  # @param processes [Integer] workers: two, so that one can be killed and another is there
  # @param sweep [Integer] seconds between two sweeps
  def add_solid_queue(app, apart: false, processes: 2, sweep: 2)
    use_queue(app, :solid_queue, *("config.solid_queue.connects_to = {database: {writing: :queue}}" if apart), with: RailsApps::SQLITE)
    app.write("config/database.yml", <<~YAML) if apart
      development:
        primary: {adapter: sqlite3, database: storage/development.sqlite3, timeout: 5000, pool: 10}
        queue: {adapter: sqlite3, database: storage/queue.sqlite3, timeout: 5000, pool: 10}
    YAML
    {"config/queue.yml" => format(QUEUE, processes:), "config/recurring.yml" => format(RECURRING, sweep:), "bin/jobs" => JOBS}.each { |path, content| app.write(path, content) }
    app.runner(TABLES)
    app
  end

  # A supervisor and its forks. Started by a process inside of the application's folder.
  class Supervisor < QueueApps::Workers
    # @param env [Hash{String => String}]
    def initialize(env = {}) = super("bin/jobs", env:)
  end
end
