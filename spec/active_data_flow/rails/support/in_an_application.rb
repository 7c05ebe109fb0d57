# frozen_string_literal: true

# Run inside of a Rails application that has this gem installed and migrated: see in_an_application_spec.rb.
require File.expand_path("config/environment")
require "active_support/testing/time_helpers"
require "operations/storage/active_record"

module InAnApplication
  ORDERS = [["Ada", 100], ["Bob", 0], ["Cid", 50]].freeze

  def connection = ActiveRecord::Base.connection

  # @return [Array<String>] the statements that the block sends
  def statements
    sent = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| sent << event.payload[:sql] }
    yield
    sent
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  # Writes a file of the application for one example, and loads the application's code again.
  def with_file(path, text)
    file = Rails.root.join(path)
    file.write(text)
    Rails.application.reloader.reload!
    yield file
  ensure
    file.delete if file.exist?
    Rails.application.reloader.reload!
  end

  def export = Object.const_get(:OrderExportFlow)
end

RSpec.configure do |config|
  config.include InAnApplication
  config.include ActiveSupport::Testing::TimeHelpers
  config.before(:suite) do
    connection = ActiveRecord::Base.connection
    connection.create_table(:orders, force: true) { |t| t.string(:name) && t.integer(:net) }
    connection.create_table(:order_exports, force: true) { |t| t.string(:name, null: false) && t.integer(:net) }
  end
  config.before do
    connection.execute("DELETE FROM orders")
    connection.execute("DELETE FROM order_exports")
    ActiveDataFlow::DataFlow.destroy_all
    InAnApplication::ORDERS.each_with_index { |(name, net), index| connection.execute("INSERT INTO orders (id, name, net) VALUES (#{index + 1}, '#{name}', #{net})") }
  end
end

RSpec.describe "[flows] A flow of the application" do
  it "runs here and now, and its second run writes nothing" do
    expect(export.run_now.counts).to include(read: 3, filtered: 1, new: 2, written: 2)
    expect(export.run_now.counts).to include(read: 3, filtered: 1, unchanged: 2, written: 0)
    expect(connection.select_values("SELECT name FROM order_exports ORDER BY id")).to eq(%w[Ada Cid])
  end

  it "has its runs in the application's database, in their order" do
    first, second = export.run_now, export.run_now
    flow = ActiveDataFlow::DataFlow.find_by!(name: "order_export")
    expect(flow.runs.map(&:id)).to eq([first.id, second.id])
    expect(export.runs.map(&:id)).to eq([second.id, first.id])
    expect(flow.runs.map(&:status).uniq).to eq(["success"])
  end

  it "puts rows aside, in their order, and finds them again" do
    connection.execute("UPDATE orders SET name = NULL WHERE net > 0")
    run = Class.new(export) do
      self.flow_name = "careful_export"
      on_error :quarantine, budget: 10
      sink :order_exports
      sink(key: :id) { |row| row }
    end.run_now
    row = ActiveDataFlow::DataFlowRun.find(run.id)
    expect(row.rejects.map { |reject| reject.row["id"] }).to eq([1, 3])
    expect(row.counts).to include(rejected: 2, written: 0)
    expect(row.sink_counts).to eq(run.sink_counts).and include("order_exports" => hash_including(written: 0))
    expect { row.data_flow.destroy! }.to change(ActiveDataFlow::Reject, :count).by(-2)
  end

  it "takes a row once more that somebody has mended, by the run and by the record" do
    connection.execute("UPDATE orders SET name = NULL WHERE net > 0")
    with_file("app/data_flows/careful_export_flow.rb", "class CarefulExportFlow < OrderExportFlow\n  on_error :quarantine, budget: 10\nend\n") do
      Object.const_get(:CarefulExportFlow).run_now
      run = ActiveDataFlow::DataFlowRun.sole
      first, record = run.rejects.first, ActiveDataFlow::Reject.order(:id).last
      first.update!(row: first.row.merge("name" => "Ada"))
      expect(run.replay_rejects).to eq(replayed: 1, open: 1)
      expect([record.replay, record.reason]).to match([false, /order_exports\.name|name/])
      record.update!(row: record.picture.row.merge(name: "Cid"))
      expect([record.replay, record.status]).to eq([true, "replayed"])
      expect(connection.select_values("SELECT name FROM order_exports ORDER BY id")).to eq(%w[Ada Cid])
      expect { record.discard! }.to raise_error(ActiveDataFlow::Error, /is replayed/)
    end
  end

  it "goes on at its cursor after it failed" do
    failing = Class.new(export) do
      self.flow_name = "failing_export"
      batch_size 1
      transform { |row| raise "no" if row[:name] == "Cid" }
    end
    expect { failing.run_now }.to raise_error("no")
    connection.execute("UPDATE orders SET name = 'Dan' WHERE name = 'Cid'")
    failed = ActiveDataFlow::DataFlowRun.failed.sole
    expect(failed).to have_attributes(rows_new: 1, error_message: "no")
    expect(failing.run_now).to have_attributes(id: failed.id, status: "success")
  end
end

RSpec.describe "[registry] The flows of the application" do
  let(:text) { "class LaterFlow < ActiveDataFlow::Base\n  source :orders\n  sink :order_exports\nend\n" }

  it "are known after the boot, without anybody having named them" do
    expect(ActiveDataFlow::Flow::Registry.all.map(&:name)).to eq(["OrderExportFlow"])
    expect(ActiveDataFlow::Flow::Registry.fetch("order_export")).to eq(export)
  end

  it "come, change and go with their files, and no statement is sent" do
    old = export
    sent = statements do
      with_file("app/data_flows/later_flow.rb", text) do |file|
        expect(ActiveDataFlow::Flow::Registry.all.map(&:name)).to eq(%w[LaterFlow OrderExportFlow])
        file.write(text.sub("end\n", "  batch_size 7\nend\n"))
        Rails.application.reloader.reload!
        expect(ActiveDataFlow::Flow::Registry.fetch("later").declarations.batch_size).to eq(7)
      end
    end
    expect(ActiveDataFlow::Flow::Registry.all.map(&:name)).to eq(["OrderExportFlow"])
    expect(ActiveDataFlow::Flow::Registry.fetch("order_export")).not_to equal(old)
    expect(sent).to eq([])
  end

  it "are refused by any other name, with those that there are" do
    expect { ActiveDataFlow::Flow::Registry.fetch("order_exprot") }
      .to raise_error(ActiveDataFlow::ConfigurationError, /no flow "order_exprot"; there are :order_export/)
    expect { ActiveDataFlow::Flow::Registry.fetch("Kernel") }.to raise_error(ActiveDataFlow::ConfigurationError)
  end

  it "raise what their class body raises, as every class of the application" do
    expect { with_file("app/data_flows/wrong_flow.rb", "class WrongFlow < ActiveDataFlow::Base\n  batch_size 0\nend\n") {} }.to raise_error(ArgumentError, /batch_size/)
  end
end

RSpec.describe "[settings] config.active_data_flow" do
  after do
    ActiveDataFlow.reset_configuration!
    Rails.application.reloader.reload!
  end

  let(:config) { Rails.application.config.active_data_flow }

  it "is the same configuration as ActiveDataFlow.configure gives" do
    config.mask_secret = "s3cret"
    expect(ActiveDataFlow.configuration.mask_secret).to eq("s3cret")
    ActiveDataFlow.configure { |settings| settings.data_flows_path = "app/flows" }
    expect(config.data_flows_path).to eq("app/flows")
  end

  it "refuses a setting that there is not, with the one that was meant" do
    expect { config.base_job_clas = "X" }.to raise_error(ActiveDataFlow::ConfigurationError,
      /\AThere is no setting :base_job_clas; there are :mask_secret, .*Did you mean :base_job_class\?\z/)
  end

  it "refuses a class of the application where its name is wanted" do
    expect { config.base_job_class = ApplicationJob }.to raise_error(ActiveDataFlow::ConfigurationError, /"ApplicationJob", not the class itself/)
    expect { config.base_controller_class = nil }.to raise_error(ActiveDataFlow::ConfigurationError, /a String, not nil/)
    expect { config.connects_to = "flows" }.to raise_error(ActiveDataFlow::ConfigurationError, /connects_to is a Hash/)
  end

  it "is shown by the initializer with every default, commented out" do
    text = Rails.root.join("config/initializers/active_data_flow.rb").read
    flows, tasks = text.split("# Tasks.\n").map { |part| part.scan(/^  # config\.(\w+) = (.+)/).to_h { |name, value| [name.to_sym, eval(value)] } } # standard:disable Security/Eval
    expect(flows).to eq(ActiveDataFlow::Configuration.options.transform_values(&:default))
    Operations.reset!
    expect(tasks.transform_values(&:class)).to eq(tasks.to_h { |name, _| [name, Operations.public_send(name).class] })
    expect(tasks).to include(:storage, :executor, first_wake: Operations.first_wake, durability: Operations.durability, logger: Operations.logger)
    expect(text.lines.grep_v(/\A\s*(#|$)/)).to eq(["ActiveDataFlow.configure do |config|\n", "end\n", "Operations.configure do |config|\n", "end\n"])
  end

  it "names the classes that the gem's own descend from" do
    expect(ActiveDataFlow::ApplicationJob.superclass).to eq(ApplicationJob)
    expect(ActiveDataFlow::ApplicationController.superclass).to eq(ApplicationController)
    config.base_job_class = "NoSuchJob"
    expect { Rails.application.reloader.reload! && ActiveDataFlow::ApplicationJob }.to raise_error(ActiveDataFlow::ConfigurationError, /base_job_class is "NoSuchJob", and there is no such class/)
  end

  it "stops at a folder of flows that Rails does not load" do
    config.data_flows_path = "vendor/flows"
    Rails.root.join("vendor/flows").mkpath
    Rails.root.join("vendor/flows/far_flow.rb").write("")
    expect { Rails.application.reloader.reload! }.to raise_error(ActiveDataFlow::ConfigurationError, /does not autoload data_flows_path, vendor\/flows\. Write .*config\.autoload_paths/)
  ensure
    Rails.root.join("vendor/flows").rmtree
  end
end

RSpec.describe "[engine] The engine" do
  it "is mounted, isolated, and logs where the application does" do
    expect(Rails.application.routes.named_routes.names).to include(:active_data_flow)
    expect(ActiveDataFlow.table_name_prefix).to eq("active_data_flow_")
    expect(ActiveDataFlow::DataFlow.model_name.param_key).to eq("data_flow")
    expect(Operations.logger).to equal(Rails.logger)
  end

  it "sweeps for a clock outside that knows the token, and for nobody else" do
    post = lambda do |token|
      sent = {"HTTP_HOST" => "localhost", "HTTP_X_HEARTBEAT_TOKEN" => token}.compact
      Rails.application.call(Rack::MockRequest.env_for("/active_data_flow/heartbeat", method: "POST").merge(sent))
    end
    expect([nil, ""].map { |token| post.call(token).first }).to eq([401, 401])
    ActiveDataFlow.configuration.heartbeat_token = "the secret"
    expect(post.call("another").first).to eq(401)
    status, _headers, body = post.call("the secret")
    expect([status, JSON.parse(body.each.to_a.join).keys]).to eq([200, %w[dispatched cancelled callbacks tasks]])
    expect { ActiveDataFlow.configuration.heartbeat_token = "" }.to raise_error(ActiveDataFlow::ConfigurationError, /heartbeat_token is a secret text/)
  ensure
    ActiveDataFlow.configuration.heartbeat_token = nil
  end
end

# Of the kind that the application asks for.
KEYS = %w[id data_flow_id run_id parent_run_id task_id parent_id].freeze
TABLES = [*ActiveDataFlow::RunStore::Columns::TABLES.keys, *Operations::Storage::Columns::TABLES.keys].freeze

RSpec.describe "[schema] The migrations" do
  def made(connection)
    TABLES.to_h do |table|
      columns = connection.columns(table)
      indexes = connection.indexes(table).map { |index| [index.name, index.columns, index.unique] }.sort
      keys = connection.foreign_keys(table).map { |key| [key.name, key.column, key.to_table] }
      [table, [columns.reject { |column| KEYS.include?(column.name) }.map { |column| [column.name, column.sql_type, column.null, column.default] }.sort, indexes, keys]]
    end
  end

  it "make the tables that prepare_database! makes" do
    stub_const("Elsewhere", Class.new(ActiveRecord::Base) { self.abstract_class = true })
    Elsewhere.establish_connection(ENV.fetch("ELSEWHERE"))
    ActiveDataFlow::ActiveRecord::Tables.new(ActiveDataFlow::ActiveRecord::Database.new(Elsewhere)).prepare
    expect(made(connection)).to eq(made(Elsewhere.connection))
  ensure
    Elsewhere.remove_connection
  end

  it "give the keys that the application's generators ask for" do
    wanted = Rails.configuration.generators.options[:active_record][:primary_key_type]
    keys = TABLES.flat_map { |table| connection.columns(table).select { |column| KEYS.include?(column.name) } }
    expect(keys.size).to eq(12)
    expect(keys.map(&:sql_type)).to all(match({nil => /int/i, :uuid => /uuid/, :string => /varchar/}.fetch(wanted)))
  end
end

require_relative "models_in_an_application"
require_relative "tasks_in_an_application"
