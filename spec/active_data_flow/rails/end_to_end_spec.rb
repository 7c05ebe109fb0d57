# frozen_string_literal: true

require_relative "support/new_application"

# Supervisor, forked workers, dispatcher and scheduler of bin/jobs are at work for each of these applications once. They are made
# by a `rails new` that brings SolidQueue.
RSpec.describe "A new Rails application with the built gem", slow: true, if: Gem::Version.new("8.0") <= NewApplication::RAILS do
  include RailsApps
  include NewApplication

  before(:context) { @application = new_application }

  def run_in(**databases)
    app = in_production(@application, **databases)
    app.rails!("active_data_flow:sync_schedules")
    ContractRun.new(File.expand_path("support/end_to_end_in_an_application.rb", __dir__)) do |command|
      said = app.run("bundle", "exec", *command)
      said.out + said.err
    end
  end

  shared_examples "an application at work" do
    it "has the gem from its file, and nothing of the checkout", req: "X-01" do
      kept("gem")
    end

    it "runs flows through bin/jobs, enqueued ones and scheduled ones", req: %w[A-03 A-08 E-19] do
      kept("flows")
    end

    it "runs tasks through bin/jobs, and the sweep wakes those that have no job", req: %w[O-64 O-66] do
      kept("tasks")
    end
  end

  context "on SQLite, in one database" do
    before(:context) { @run = run_in(primary: sqlite("production")) }

    include_examples "an application at work"
  end

  context "on SQLite, with a database for the queue" do
    before(:context) { @run = run_in(primary: sqlite("production"), queue: sqlite("queue", migrations_paths: "db/queue_migrate")) }

    include_examples "an application at work"
  end

  context "on PostgreSQL, with a database for the queue", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      @run = run_in(primary: Postgresql.fresh("adf_shop"), queue: Postgresql.fresh("adf_shop_queue", migrations_paths: "db/queue_migrate"))
    end

    include_examples "an application at work"
  end
end
