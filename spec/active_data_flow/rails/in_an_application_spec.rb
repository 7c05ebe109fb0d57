# frozen_string_literal: true

# A Rails application with this gem in it. The examples run inside of it, in a process of their own.
RSpec.describe "This gem in a Rails application" do
  include RailsApps

  flow = <<~RUBY
    class OrderExportFlow < ActiveDataFlow::Base
      source :orders
      filter { |row| row[:net] > 0 }
      sink :order_exports, key: :id
    end
  RUBY

  # config/application.rb with another line.
  def configure(app, line)
    app.write("config/application.rb", app.read("config/application.rb").sub(/^( *)config\.load_defaults.*$/) { "#{$&}\n#{$1}#{line}" })
  end

  def keys(app, kind) = configure(app, "config.generators { |generators| generators.orm :active_record, primary_key_type: #{kind.inspect} }")

  define_method(:furnish) do |app|
    app.write("app/data_flows/order_export_flow.rb", flow)
    app.write("app/operations/approve_invoice.rb", "class ApproveInvoice < Operations::Task\n  starts_with :begin\n  action(:begin) {}.then(:done)\n  result :done\nend\n")
    app.rails!("db:migrate")
    app
  end

  def examples_in(app)
    ContractRun.new(File.expand_path("support/in_an_application.rb", __dir__)) do |command|
      outcome = app.run("bundle", "exec", *command)
      outcome.out + outcome.err
    end
  end

  shared_examples "an application with this gem" do
    it "runs its flows", req: %w[E-23 E-24] do
      kept("flows")
    end

    it "finds its flows at boot and at each reload, and asks no database for that", req: "E-35" do
      kept("registry")
    end

    it "is configured in one place, and told what is wrong there" do
      kept("settings")
    end

    it "has the engine, with a route for a clock outside", req: %w[E-19 E-22] do
      kept("engine")
    end

    it "has the tables of the gem, by its own migrations", req: "E-23" do
      kept("schema")
    end

    it "runs its tasks in its jobs, kept in its database", req: %w[E-24 O-61 O-64 O-66 O-71] do
      kept("tasks")
    end

    it "has the models of flows and runs", req: %w[E-32 A-10 A-37] do
      kept("models")
    end
  end

  context "on SQLite" do
    before(:context) do
      app = rails_app(RailsApps.installed, RAILS_ENV: "development", ELSEWHERE: "sqlite3::memory:")
      @run = examples_in(furnish(app))
    end

    include_examples "an application with this gem"
  end

  context "on PostgreSQL, with UUIDs for keys and a structure.sql", :postgresql do
    before(:context) do
      next unless Servers.ready?("postgresql")

      %w[adf_rails adf_elsewhere].each { |name| Postgresql.fresh(name) }
      url = ->(name) { "postgresql:///#{name}?host=#{Postgresql.folder}&port=5432&username=postgres" }
      path = [ENV.fetch("PATH"), PostgresqlServer.programs].compact.join(":")
      @app = rails_app(RailsApps.fresh, DATABASE_URL: url.call("adf_rails"), ELSEWHERE: url.call("adf_elsewhere"), PATH: path)
      keys(@app, :uuid)
      configure(@app, "config.active_record.schema_format = :sql")
      @said = @app.rails!("generate", "active_data_flow:install")
      @run = examples_in(furnish(@app))
    end

    include_examples "an application with this gem"

    it "says which keys it gets, and finds them in its structure.sql" do
      expect(@said).to include("Its keys are of the kind uuid, as config.generators says.")
      expect(@app.read("db/structure.sql")).to match(/CREATE TABLE public\.active_data_flow_data_flow_runs \(\s+id uuid DEFAULT gen_random_uuid\(\) NOT NULL,\s+data_flow_id uuid NOT NULL/)
    end
  end

  context "on MariaDB, with texts for keys", :mysql do
    before(:context) do
      next unless Servers.ready?("mysql")

      url = ->(name) { Mysql.fresh(name).then { |config| "trilogy:///#{name}?socket=#{config[:socket]}&username=#{config[:username]}" } }
      app = rails_app(RailsApps.fresh, DATABASE_URL: url.call("adf_rails"), ELSEWHERE: url.call("adf_elsewhere"))
      keys(app, :string)
      app.rails!("generate", "active_data_flow:install")
      @run = examples_in(furnish(app))
    end

    include_examples "an application with this gem"
  end
end
