# frozen_string_literal: true

require "json"

# The way of somebody who begins: a new application, the gem from its file, the generators, and classes in place of what
# these wrote. In production, as Rails makes it.
module NewApplication
  RAILS = Gem.loaded_specs.fetch("railties").version
  # What can be seen to come while somebody looks on.
  CLASSES = {
    "app/data_flows/stock_flow.rb" => <<~RUBY,
      class StockFlow < ActiveDataFlow::Base
        source [{id: 1, note: "counted"}]
        sink :stocks, key: :id
        schedule :every, "2 seconds"
      end
    RUBY
    "app/operations/approve_order.rb" => <<~RUBY
      class ApproveOrder < Operations::Task
        has_model :order
        starts_with :approved?
        delay 1.second

        wait_until :approved? do
          condition { order.note == "approved" }
          go_to :thank
        end
        action(:thank) { order.update!(note: "thanked") }.then(:done)
        result :done
      end
    RUBY
  }.freeze

  GENERATED = [%w[active_data_flow:install], %w[active_data_flow:flow order_export], %w[active_data_flow:flow stock], %w[active_data_flow:task approve_order],
    %w[model Order note:string], %w[model OrderExport note:string], %w[model Stock note:string]].freeze
  private_constant :CLASSES, :GENERATED

  # @param generated [Array<Array<String>>] what generators are to make
  # @return [RailsApps::App] with the gem and SolidQueue in its Gemfile; no database was asked
  def application_with(*generated)
    app = rails_app(RailsApps.fresh, **gems)
    bundle(app)
    [%w[solid_queue:install], *generated].each { |arguments| app.rails!("generate", *arguments) }
    app
  end

  # @return [RailsApps::App] one in which flows and tasks were written
  def new_application
    app = application_with(*GENERATED)
    CLASSES.each { |path, text| app.write(path, text) }
    change(app, "config/initializers/active_data_flow.rb", "# config.sweep_interval = 30", "config.sweep_interval = 2")
    app
  end

  # @param databases [Hash] of config/database.yml; without `queue` SolidQueue's tables are with the others
  # @return [RailsApps::App] a copy of that one, ready for bin/jobs
  def in_production(app, **databases)
    app = rails_app(app.folder, RAILS_ENV: "production", RAILS_LOG_LEVEL: "warn", **gems)
    app.write("config/database.yml", JSON.generate(production: databases))
    join_queue(app) unless databases.key?(:queue)
    app.rails!("db:prepare")
    app
  end

  # @return [Hash] of config/database.yml
  def sqlite(name, **more) = {adapter: "sqlite3", database: "storage/#{name}.sqlite3", timeout: 5000, max_connections: 10, **more}

  private

  # The home into which the gem was installed comes before that of the suite, and before what Ruby itself brings.
  def gems
    home = BuiltGem.instance.home
    {GEM_HOME: home, GEM_PATH: [home, ENV.fetch("GEM_HOME"), Gem.default_dir].join(File::PATH_SEPARATOR)}
  end

  # The gem by its name alone, and SolidQueue loaded, as it is where Rails adds it.
  def bundle(app)
    change(app, "Gemfile", /^gem "active_data_flow".*$/, "gem \"active_data_flow\"")
    change(app, "Gemfile", /^(gem "solid_queue".*), require: false$/, "\\1")
    FileUtils.rm(File.join(app.folder, "Gemfile.lock"))
    said = app.run("bundle", "install", "--local", "--quiet")
    raise "bundle install: #{said.out}#{said.err}" unless said.success?
  end

  # As SolidQueue's README has it: its tables by a migration, and no word of another database.
  def join_queue(app)
    change(app, "config/environments/production.rb", /^ *config\.solid_queue\.connects_to.*\n/, "")
    schema = app.read("db/queue_schema.rb")
    app.write("db/migrate/#{last_migration(app) + 1}_add_solid_queue.rb", schema.sub(/\A.*\n/, "class AddSolidQueue < ActiveRecord::Migration[#{RAILS.segments.first(2).join(".")}]\n  def change\n") + "end\n")
    FileUtils.rm(File.join(app.folder, "db/queue_schema.rb"))
  end

  def last_migration(app) = app.files("db/migrate/*").map { |path| File.basename(path).to_i }.max

  def change(app, path, from, to)
    text = app.read(path)
    app.write(path, text.sub(from, to))
    raise "#{path} has no #{from.inspect}" if app.read(path) == text
  end
end
