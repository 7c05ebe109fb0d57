# frozen_string_literal: true

# Flows and tasks in the queues that are not SolidQueue (solid_queue_spec.rb): in their own processes, which are stopped and
# killed, and in the test adapter, which has none. guides/queue-adapters.md tells what this comes to.
RSpec.describe "Flows in other queues" do
  include RailsApps
  include QueueApps

  define_method(:run_in) do |file, app = furnish_for_queue(rails_app(RailsApps.installed, RAILS_ENV: "development")), **env|
    examples_in(app, File.expand_path("support/#{file}_in_an_application.rb", __dir__), **env)
  end

  it "are told of in a guide, with what has been asked about others", req: "A-56" do
    guide = File.read(File.join(CleanMachine::ROOT, "guides/queue-adapters.md"))
    expect(guide.lines(chomp: true)).to include("## Any other adapter", "## Rails before 8.1", /\A## Redcord/)
  end

  context "of the test adapter" do
    before(:context) { @run = run_in("test_adapter") }

    include_examples "a queue of flows and tasks", "the test adapter", processes: false
  end

  context "of Sidekiq, in Redis", :redis do
    # It looks for what is due every 5 seconds on average.
    settings = "Sidekiq.configure_server { |config| config.average_scheduled_poll_interval = 1 }\n"

    before(:context) do
      next unless Servers.ready?("redis")

      app = use_queue(rails_app(RailsApps.installed, RAILS_ENV: "development", REDIS_URL: SuiteRedis.url), :sidekiq)
      app.write("config/initializers/sidekiq.rb", settings)
      @run = run_in("sidekiq", furnish_for_queue(app))
    end

    include_examples "a queue of flows and tasks", "Sidekiq"

    it "goes on after a batch that takes longer than Sidekiq waits for its end", req: "A-33" do
      kept("late")
    end

    it "brings back what Sidekiq has lost, by the job that ends next" do
      kept("sweep")
    end
  end

  context "of GoodJob, in PostgreSQL", :postgresql do
    cron = "config.good_job.cron = {active_data_flow_sweep: {cron: \"*/2 * * * * *\", class: \"ActiveDataFlow::SweepJob\"}}"

    before(:context) do
      next unless Servers.ready?("postgresql")

      Postgresql.fresh("adf_good_job")
      url = "postgresql:///adf_good_job?host=#{Postgresql.folder}&port=5432&username=postgres"
      app = use_queue(rails_app(RailsApps.installed, RAILS_ENV: "development", DATABASE_URL: url), :good_job, cron)
      app.rails!("generate", "good_job:install")
      @run = run_in("good_job", furnish_for_queue(app))
    end

    include_examples "a queue of flows and tasks", "GoodJob"

    it "goes on after everything was killed", req: "A-33" do
      kept("both")
    end

    it "brings back what was lost by GoodJob's cron, or where there is none by the job that ends next" do
      kept("cron")
      kept("recurring")
    end
  end
end
