# frozen_string_literal: true

RSpec.describe "A Rails application with this gem" do
  include RailsApps

  let(:flow) { "class OrderExportFlow < ActiveDataFlow::Base\n  source :orders\n  sink :order_exports, key: :id\nend\n" }

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

  it "may do without ActiveJob, and load no flow at boot", req: "E-35" do
    app = rails_app
    {"config/application.rb" => /^require "active_job/, "config/environments/development.rb" => /^ *config\.active_job/}.each do |path, line|
      app.write(path, app.read(path).gsub(line, "# \\0"))
    end
    FileUtils.rm_rf(File.join(app.folder, "app/jobs"))
    app.write("app/data_flows/order_export_flow.rb", flow)
    app.write("config/initializers/flows.rb", "Rails.application.config.active_data_flow.auto_load_data_flows = false")
    expect(app.runner("p ActiveDataFlow::Flow::Registry.all, defined?(ActiveJob); Rails.application.eager_load!; p ActiveDataFlow::Flow::Registry.all")).to eq("[]\nnil\n[OrderExportFlow]\n")
  end

  it "has no name where none is expected", req: "E-23" do
    app = rails_app
    expect(app.rails!("zeitwerk:check")).to include("All is good!")
    expect(app.rails!("routes")).to match(%r{active_data_flow\s+/active_data_flow\s+ActiveDataFlow::Rails::Engine})
  end
end
