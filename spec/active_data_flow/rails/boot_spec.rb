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

  # A thread is in the middle of a file when another asks for something of it: where Ruby locks the file for each of them apart,
  # both wait for the other from then on.
  it "does not hang where the threads of a worker begin at once, and nothing was loaded eagerly" do
    said = rails_app(RailsApps.installed, RAILS_ENV: "development").runner(<<~RUBY)
      threads = []
      start = ->(work) { Thread.new(&work).tap { |thread| threads << thread } }
      # The other thread begins when the work comes into the file, and gets as far as it can.
      amid = lambda do |file, work, other|
        lambda do
          trace = TracePoint.new(:class) do |point|
            next unless point.path.end_with?(file)

            trace.disable
            thread = start.(other)
            Thread.pass until !thread.alive? || thread.inspect.include?("sleep_forever")
          end
          trace.enable(target_thread: Thread.current)
          work.call
        end
      end
      sweep = ActiveDataFlow::SweepJob.new
      asks = -> { Operations.storage }
      start.(amid.("active_job/arguments.rb", -> { ActiveDataFlow::DataFlowJob }, -> { sweep.serialize })).join(30)
      start.(amid.("active_record/stores.rb", -> { require "active_data_flow/active_record" }, amid.("storage/active_record/schema.rb", asks, asks))).join(30)
      puts threads.map { |thread| thread.join(30) ? "done" : thread.backtrace.first }
    RUBY
    expect(said.lines(chomp: true)).to eq(%w[done] * 4)
  end

  it "has no name where none is expected, and its routes among the application's", req: %w[E-22 E-23] do
    app = rails_app
    expect(app.rails!("zeitwerk:check")).to include("All is good!")
    routes = app.rails!("routes")
    expect(routes).to match(%r{active_data_flow\s+/active_data_flow\s+ActiveDataFlow::Rails::Engine})
    expect(routes).to match(%r{heartbeat\s+POST\s+/heartbeat\S*\s+active_data_flow/heartbeats#create})
  end
end
