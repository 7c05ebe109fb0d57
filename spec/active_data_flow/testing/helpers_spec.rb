# frozen_string_literal: true

# What `require "active_data_flow/rspec"` brings would be in every example of the suite, so it is looked at in a process of
# its own, and in an application's.
RSpec.describe "active_data_flow/rspec" do
  include RailsApps

  support = File.expand_path("support", __dir__)

  context "without Rails" do
    before(:context) { @run = ContractRun.new(File.join(support, "helpers_examples.rb")) }

    it "has matchers that say what was there instead", req: "O-69" do
      kept("matchers")
    end

    it "does what is due, and no more", req: "O-70" do
      kept("performing")
    end

    it "leaves nothing of an example for the next one", req: "O-70" do
      kept("reset")
    end
  end

  shared_examples "an application with transactional fixtures" do
    it "rolls back what an example's flows and tasks have done", req: "O-70" do
      kept("fixtures")
    end

    it "performs its jobs, and no others" do
      kept("jobs")
    end
  end

  # In the environment of tests, with the database that it has.
  def examples_in(app)
    app.rails!("db:migrate")
    ContractRun.new(File.expand_path("support/fixtures_examples.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  context "in an application on SQLite" do
    before(:context) { @run = examples_in(rails_app(RailsApps.installed, RAILS_ENV: "test")) }

    include_examples "an application with transactional fixtures"
  end

  context "in an application on PostgreSQL", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      Postgresql.fresh("adf_fixtures")
      path = [ENV.fetch("PATH"), PostgresqlServer.programs].compact.join(":")
      url = "postgresql:///adf_fixtures?host=#{Postgresql.folder}&port=5432&username=postgres"
      @run = examples_in(rails_app(RailsApps.installed, RAILS_ENV: "test", DATABASE_URL: url, PATH: path))
    end

    include_examples "an application with transactional fixtures"
  end
end
