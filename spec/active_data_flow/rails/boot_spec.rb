# frozen_string_literal: true

RSpec.describe "A Rails application with this gem" do
  include RailsApps

  let(:flow) { "class OrderExportFlow < ActiveDataFlow::Base\n  source :orders\n  sink :order_exports, key: :id\nend\n" }

  let(:letter) { "class LetterFlow < ActiveDataFlow::Base\n  source [{id: 1}]\n  sink { |row| puts row[:id] }\nend\n" }

  # Boots it, loads all of it, loads it again, and says what came over the line.
  let(:boot) do
    <<~'RUBY'
      require "./config/application"
      sent = 0
      ActiveSupport::Notifications.subscribe("sql.active_record") { sent += 1 }
      Rails.application.initialize!
      Rails.application.eager_load!
      pools = ActiveRecord::Base.connection_handler.connection_pool_list(:all)
      puts "#{sent} statements, #{pools.sum { |pool| pool.connections.size }} connections, #{Thread.list.count { |thread| thread.inspect.match?(%r{lib/(active_data_flow|operations)}) }} threads",
        ActiveDataFlow::Flow::Registry.all.inspect
    RUBY
  end

  it "boots, loads everything and is made ready for production without a database, silently", req: %w[E-35 X-01 A-01 A-53] do
    app = rails_app(RailsApps.installed, DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nowhere", RAILS_ENV: "production")
    app.write("app/data_flows/order_export_flow.rb", flow)
    booted = app.run(RbConfig.ruby, "-W1", "-rbundler/setup", "-e", boot)
    expect([booted.out, booted.err]).to eq(["0 statements, 0 connections, 0 threads\n[OrderExportFlow]\n", ""])
    app.rails!("assets:precompile")
    expect(app.files("public/assets/*")).not_to be_empty
  end

  describe "made without a part of Rails" do
    # Loads all of it, and runs a flow in it.
    let(:run) { "Rails.application.eager_load!; LetterFlow.run_now; p LetterFlow.runs.map(&:status), defined?(ActiveJob), defined?(ActiveRecord::Base) && ActiveDataFlow::DataFlowRun.count" }

    # @yieldparam said [String] what the installation has printed
    def made_with(*flags)
      app = rails_app(RailsApps.made(*flags))
      yield app, app.rails!("generate", "active_data_flow:install")
      app.write("app/data_flows/letter_flow.rb", letter)
      app.runner(run).lines(chomp: true)
    end

    it "keeps its runs in memory where there is no ActiveRecord", req: %w[E-35 X-04] do
      lines = made_with("--skip-active-record") { |_app, said| expect(said).not_to match(/db.migrate|Create/) }
      expect(lines).to eq(["1", "[\"success\"]", "\"constant\"", "nil"])
    end

    it "keeps them in its database where there is no ActiveJob", req: %w[E-35 X-04] do
      lines = made_with("--skip-active-job") { |app, _said| app.rails!("db:migrate") }
      expect(lines).to eq(["1", "[\"success\"]", "nil", "1"])
    end

    it "keeps them in memory where there is neither", req: %w[E-35 X-04] do
      expect(made_with("--skip-active-record", "--skip-active-job") {}).to eq(["1", "[\"success\"]", "nil", "nil"])
    end
  end

  it "keeps no run in memory while its server does not answer" do
    app = rails_app(RailsApps.installed, DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nowhere")
    app.write("app/data_flows/letter_flow.rb", letter)
    expect(app.runner("begin; LetterFlow.run_now; rescue ActiveRecord::ConnectionNotEstablished; puts :raised; end")).to eq("raised\n")
  end

  it "keeps no run and no task in memory where their tables are missing, and loads no flow at boot that it is not to load", req: "E-35" do
    app = rails_app(RailsApps.fresh)
    app.write("app/data_flows/letter_flow.rb", letter)
    app.write("config/initializers/flows.rb", "Rails.application.config.active_data_flow.auto_load_data_flows = false")
    said = app.runner("p ActiveDataFlow::Flow::Registry.all; [-> { LetterFlow.run_now }, -> { Operations::Task.find(1) }].each do |way| way.call; rescue => error; puts error.class, error.message; end")
    expect(said.lines(chomp: true)).to eq(["[]", "ActiveDataFlow::ConfigurationError",
      "The tables in which runs are kept are missing. Run: bin/rails generate active_data_flow:install, then bin/rails db:migrate",
      "Operations::Error", "there is no table operations_tasks in this database. Run: bin/rails generate active_data_flow:install, then bin/rails db:migrate"])
  end

  # The one thread has begun to load the class of its first job, the other comes by with its first arguments just then; where
  # Ruby locks a file twice, each waits for the other from then on.
  it "does not hang where two threads of a worker begin with different jobs, and nothing was loaded eagerly" do
    said = rails_app(RailsApps.installed, RAILS_ENV: "development").runner(<<~RUBY)
      sweep, begun, asked = ActiveDataFlow::SweepJob.new, Queue.new, false
      other = Thread.new do
        begun.pop
        asked = true
        sweep.serialize
      end
      inside = TracePoint.new(:class) do |point|
        next unless point.path.end_with?("active_job/arguments.rb")

        begun << true
        Thread.pass until asked && (!other.alive? || other.inspect.include?("sleep_forever"))
      end
      first = Thread.new do
        inside.enable(target_thread: Thread.current) { ActiveDataFlow::DataFlowJob }
        begun << true
      end
      puts [first, other].map { |thread| thread.join(30) ? "done" : thread.backtrace }
    RUBY
    expect(said.lines(chomp: true)).to eq(%w[done done])
  end

  it "has no name where none is expected, and its routes among the application's", req: %w[E-22 E-23] do
    app = rails_app
    expect(app.rails!("zeitwerk:check")).to include("All is good!")
    routes = app.rails!("routes")
    expect(routes).to match(%r{active_data_flow\s+/active_data_flow\s+ActiveDataFlow::Rails::Engine})
    expect(routes).to match(%r{heartbeat\s+POST\s+/heartbeat\S*\s+active_data_flow/heartbeats#create})
  end
end
