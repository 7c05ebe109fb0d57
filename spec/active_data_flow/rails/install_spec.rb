# frozen_string_literal: true

RSpec.describe "bin/rails generate active_data_flow:install" do
  include RailsApps

  let(:everything) { "{app,config,db,lib,test}/**/{*,.keep}" }

  def contents(app) = app.files(everything).reject { |path| File.directory?(File.join(app.folder, path)) }.to_h { |path| [path, app.read(path)] }

  it "writes nothing with --dry-run, and says what it would write", req: "E-36" do
    app = rails_app(RailsApps.fresh)
    before = contents(app)
    said = app.rails!("generate", "active_data_flow:install", "--dry-run")
    expect(said).to include("create  config/initializers/active_data_flow.rb", "_create_active_data_flow_tables.active_data_flow.rb", "_prepare_operations_tasks.active_data_flow.rb", "app/data_flows/.keep", "Nothing was written.")
    expect(contents(app)).to eq(before)
  end

  it "makes initializer, migrations, mount line and folders, and a second time changes nothing", req: %w[E-36 E-19] do
    app = rails_app
    before = contents(app)
    expect(before.keys).to include("config/initializers/active_data_flow.rb", "app/data_flows/.keep", "app/operations/.keep")
    expect(before.keys.grep(%r{\Adb/migrate/\d+_(create_active_data_flow_tables|prepare_operations_tasks)\.active_data_flow\.rb\z}).size).to eq(2)
    expect(before["config/routes.rb"].scan('mount ActiveDataFlow::Rails::Engine => "/active_data_flow"').size).to eq(1)

    said = app.rails!("generate", "active_data_flow:install")
    expect(said).to include("exist  config/initializers/active_data_flow.rb", "identical  CreateActiveDataFlowTables", "active_data_flow:flow NAME")
    expect(said).not_to match(/create |db:migrate/)
    expect(contents(app)).to eq(before)
  end

  it "brings the migrations that are missing with update, and takes what Rails' own task brought as brought" do
    app = rails_app(RailsApps.fresh)
    app.rails!("active_data_flow:install:migrations")
    brought = app.files("db/migrate/*")
    expect(brought.size).to eq(2)
    expect(app.rails!("generate", "active_data_flow:update")).to include("identical  CreateActiveDataFlowTables", "Nothing to bring")
    expect(app.files("db/migrate/*")).to eq(brought)

    File.delete(File.join(app.folder, brought.first))
    expect(app.rails!("generate", "active_data_flow:update")).to include("Next: bin/rails db:migrate")
    expect(app.files("db/migrate/*").size).to eq(2)
  end

  it "puts the tables into another database when it is told to, and the gem's models find them there", req: "E-23" do
    app = rails_app(RailsApps.fresh)
    app.write("config/database.yml", <<~YAML)
      development:
        primary: {adapter: sqlite3, database: storage/development.sqlite3}
        flows: {adapter: sqlite3, database: storage/flows.sqlite3, migrations_paths: db/flows_migrate}
    YAML
    said = app.rails!("generate", "active_data_flow:install", "--database=flows")
    expect(said).to include("bin/rails db:migrate:flows", "config.connects_to = {database: {writing: :flows, reading: :flows}}")
    app.write("config/initializers/flows.rb", "ActiveDataFlow.configuration.connects_to = {database: {writing: :flows, reading: :flows}}")
    app.rails!("db:migrate")
    said = app.runner(<<~RUBY)
      class LetterFlow < ActiveDataFlow::Base
        source [{id: 1}]
        sink { |row| puts "row \#{row[:id]}" }
      end
      LetterFlow.run_now
      Rails.application.reloader.reload!
      puts ActiveDataFlow::DataFlowRun.sole.status, ActiveRecord::Base.connection.tables.grep(/flow/).inspect
    RUBY
    expect(said.lines(chomp: true)).to eq(["row 1", "success", "[]"])

    app.rails!("generate", "migration", "CreateNotes", "text:string")
    app.rails!("db:migrate")
    flow = <<~RUBY
      class NoteFlow < ActiveDataFlow::Base
        source [{id: 1, text: "one"}]
        sink :notes
      end
      begin
        puts NoteFlow.run_now.status
      rescue ActiveDataFlow::ConfigurationError => error
        puts error.message
      end
    RUBY
    expect(app.runner(flow)).to end_with("the table active_data_flow_marks. Run: bin/rails generate active_data_flow:marks --database=primary, then bin/rails db:migrate\n")
    expect(app.rails!("generate", "active_data_flow:marks", "--database=primary")).to include("_create_active_data_flow_marks.active_data_flow.rb", "Next: bin/rails db:migrate:primary")
    expect(app.rails!("generate", "active_data_flow:marks", "--database=primary")).to include("identical  CreateActiveDataFlowMarks", "Nothing to bring")
    app.rails!("db:migrate")
    expect(app.runner(flow)).to eq("success\n")

    # The table is the one that the gem makes without Rails.
    expect(app.runner(<<~RUBY)).to eq("true\n")
      require "active_data_flow/active_record"
      class Elsewhere < ActiveRecord::Base
        self.abstract_class = true
        establish_connection(adapter: "sqlite3", database: ":memory:")
      end
      ActiveDataFlow.prepare_marks!(Elsewhere)
      made = [ActiveRecord::Base, Elsewhere].map do |owner|
        columns = owner.connection.columns("active_data_flow_marks").map { |column| [column.name, column.sql_type, column.null, column.default] }
        [columns.sort, owner.connection.indexes("active_data_flow_marks").map { |index| [index.name, index.columns, index.unique] }]
      end
      puts made.uniq.one? || made.inspect
    RUBY
  end

  # Rails' own choice for a new application's development, and what SolidQueue's installer writes.
  it "says what the queue of the application does not do, and how to change that" do
    app = rails_app(RailsApps.fresh)
    said = app.rails!("generate", "active_data_flow:install")
    expect(said).to include("bin/rails active_data_flow:sync_schedules", "In development jobs run by the async adapter", "bundle add solid_queue && bin/rails solid_queue:install",
      "config/environments/development.rb: config.active_job.queue_adapter = :solid_queue", "config.schedule_environments = [\"production\", \"development\"]\n")
    expect(said).not_to include("The table of finished jobs")

    app.write("config/application.rb", app.read("config/application.rb").sub(/^Bundler\.require.*$/, "\\0\nrequire \"solid_queue\""))
    app.rails!("solid_queue:install")
    expect(app.rails!("generate", "active_data_flow:install")).not_to match(/bundle add|The table of finished jobs/)

    app.write("config/recurring.yml", "production:\n")
    app.write("config/initializers/queue.rb", "ActiveJob::Base.queue_adapter = :solid_queue")
    said = app.rails!("generate", "active_data_flow:install")
    expect(said).to include("no command in config/recurring.yml clears it in production. Add there:\n\n  clear_solid_queue_finished_jobs:\n    command: \"SolidQueue::Job.clear_finished_in_batches")
    expect(said).not_to include("async")
  end
end

RSpec.describe "bin/rails generate active_data_flow:flow and :task" do
  include RailsApps

  it "write a class and its spec, which pass as they are", req: "E-36" do
    app = rails_app
    expect(app.rails!("generate", "active_data_flow:flow", "order_export", "--dry-run")).to include("create  app/data_flows/order_export_flow.rb")
    expect(app.files("app/data_flows/*")).to eq([])
    app.rails!("generate", "active_data_flow:flow", "order_export", "--scope=paid", "--batch-size=500")
    app.rails!("generate", "active_data_flow:task", "approve_invoice")
    expect(app.read("app/data_flows/order_export_flow.rb")).to include("class OrderExportFlow < ActiveDataFlow::Base", "source :orders, scope: :paid", "sink :order_exports, key: :id", "batch_size 500")
    expect(app.read("app/operations/approve_invoice.rb")).to include("class ApproveInvoice < Operations::Task")
    tests = app.rails!("test")
    expect(tests).to include("2 runs, 2 assertions, 0 failures, 0 errors")
  end

  it "write RSpec's kind of spec where there is a folder for it, and take a name as people give it" do
    app = rails_app
    app.write("spec/rails_helper.rb", "require File.expand_path(\"../config/environment\", __dir__)\n")
    app.rails!("generate", "active_data_flow:flow", "Admin::CustomerImportFlow", "--source=legacy_customers", "--sink=customers")
    app.rails!("generate", "active_data_flow:task", "Admin::CheckCustomer")
    expect(app.read("app/data_flows/admin/customer_import_flow.rb")).to include("class Admin::CustomerImportFlow < ActiveDataFlow::Base", "source :legacy_customers\n", "sink :customers, key: :id")
    rspec = app.run("bundle", "exec", "rspec", "-I", "spec")
    expect(rspec.out).to include("2 examples, 0 failures"), rspec.out + rspec.err
    expect(app.files("test/{data_flows,operations}/**/*.rb")).to eq([])
  end
end
