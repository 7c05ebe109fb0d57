# frozen_string_literal: true

# Flows and tasks in SolidQueue's own processes, which are stopped and killed.
RSpec.describe "Flows in SolidQueue" do
  include RailsApps
  include SolidQueues

  contract = File.expand_path("support/solid_queue_in_an_application.rb", __dir__)

  define_method(:run_in) do |apart: false, **env|
    app = furnish_for_queue(rails_app(RailsApps.installed, RAILS_ENV: "development", **env))
    examples_in(add_solid_queue(app, apart:), contract)
  end

  shared_examples "SolidQueue" do
    include_examples "a queue of flows and tasks", "SolidQueue"

    it "is told in which state a run's job is, and tells what it lacks", req: %w[A-40 A-41] do
      kept("through")
      kept("warnings")
    end

    it "goes on after everything was killed", req: "A-33" do
      kept("both")
    end
  end

  context "with one SQLite database" do
    before(:context) { @run = run_in }

    include_examples "SolidQueue"
  end

  context "with a queue database of its own" do
    before(:context) { @run = run_in(apart: true) }

    include_examples "SolidQueue"
  end

  context "with PostgreSQL", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      Postgresql.fresh("adf_solid_queue")
      @run = run_in(DATABASE_URL: "postgresql:///adf_solid_queue?host=#{Postgresql.folder}&port=5432&username=postgres")
    end

    include_examples "SolidQueue"
  end
end
