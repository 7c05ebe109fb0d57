# frozen_string_literal: true

require "active_data_flow/active_record"
require "fileutils"
require "json"
require "tmpdir"

# The database that the environment names, with tables to read and to write. The same examples hold on each.
module FlowDatabase
  KIND = ENV.fetch("ADF_SPEC_DATABASE", "sqlite").to_sym
  # What a connection has beside that, as a program's database.yml would say it.
  MORE = JSON.parse(ENV.fetch("ADF_SPEC_CONNECTION", "{}"), symbolize_names: true).freeze
  TABLES = %w[active_data_flow_rejects active_data_flow_data_flow_runs active_data_flow_data_flows orders exports archives people members].freeze

  module_function

  # Once: whether a pool has a connection just now says nothing.
  def connect
    @connected ||= set_up
  end

  def set_up
    ActiveRecord::Base.establish_connection(**config)
    ActiveDataFlow.prepare_database!
    ActiveRecord::Base.connection_pool.with_connection { |connection| create_tables(connection) }
    true
  end

  def config
    @config ||= Servers.fresh(KIND, "flows_#{Process.pid}", pool: 8, **MORE) ||
      {adapter: "sqlite3", database: File.join(folder, "flows.sqlite3"), timeout: 10_000, pool: 8, **MORE}
  end

  # @return [Boolean] whether ActiveRecord sees what the database generates: of SQLite's columns since Rails 7.2
  def generates?
    return true unless KIND == :sqlite

    require "active_record/connection_adapters/sqlite3_adapter"
    ActiveRecord::ConnectionAdapters::SQLite3Adapter.method_defined?(:supports_virtual_columns?, false)
  end

  # @return [Boolean] whether this SQLite attaches a file read-only: the gem sqlite3 compiles it so since 2.0
  def attaches?
    return false unless KIND == :sqlite

    require "sqlite3"
    SQLite3::Database.new(":memory:").get_first_value("SELECT sqlite_compileoption_used('USE_URI')") == 1
  end

  def folder = @folder ||= Dir.mktmpdir.tap { |folder| at_exit { FileUtils.rm_rf(folder) } }

  def create_tables(connection)
    connection.create_table(:orders) { |table| order_columns(table) }
    connection.create_table(:exports) do |table|
      order_columns(table)
      table.string :note
      table.index :number, unique: true
      table.check_constraint "net >= 0", name: "net_not_negative"
    end
    connection.create_table(:archives) do |table|
      table.string :number
      table.string :name
      table.string :net
      table.integer :age
      table.check_constraint "net <> '7'", name: "net_not_seven"
    end
    connection.create_table(:people) do |table|
      table.string :first_name
      table.string :last_name
      table.string :full_name
      table.integer :visits
      table.timestamps null: true
    end
    connection.create_table(:members) do |table|
      table.string :name
      table.string :log
      table.integer :age
      table.timestamps null: true
    end
  end

  def order_columns(table)
    table.string :number, null: false
    table.string :name
    table.integer :net
    table.string :state, null: false, default: "new"
    table.timestamps null: true
  end

  def empty
    ActiveRecord::Base.connection_pool.with_connection { |connection| TABLES.each { |table| connection.execute("DELETE FROM #{table}") } }
  end

  # Rows as the database has them now, asked by a connection that no example has touched.
  def rows(table, *columns)
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.uncached { connection.select_rows("SELECT #{columns.join(", ")} FROM #{table} ORDER BY id") } }
  end

  # Statements as another session runs them, while a flow is at work.
  def elsewhere(sql)
    Thread.new { ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute(sql) } }.join
  end
end

class Order < ActiveRecord::Base
  scope :paid, -> { where(state: "paid") }
end

class Export < ActiveRecord::Base; end

class Person < ActiveRecord::Base; end

class Member < ActiveRecord::Base
  attr_accessor :nickname

  validates :name, presence: true
  validates :age, numericality: {less_than: 150}, allow_nil: true
  before_save { self.log = [log, "saved", *nickname].compact.join(",") }
end

RSpec.shared_context "flows in a database" do
  before(:context) { FlowDatabase.connect }
  around { |example| Eventually.ends(example) }

  before do
    FlowDatabase.empty
    Operations.logger = Logger.new(log)
  end

  let(:log) { StringIO.new }

  # A flow class of that name, for one example.
  def flow(name = "OrderExportFlow", base = ActiveDataFlow::Base, &body)
    stub_const(name, Class.new(base)).tap { |klass| klass.class_eval(&body) if body }
  end

  def orders(count, **values)
    Order.insert_all!(Array.new(count) { |index| {id: index + 1, number: "A#{index + 1}", name: "order #{index + 1}", net: index + 1, **values} }, record_timestamps: false)
  end

  def rows(...) = FlowDatabase.rows(...)

  def runs = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows("SELECT r.status, r.cursor FROM active_data_flow_data_flow_runs r ORDER BY id") }

  # The counters that are not zero.
  def counted(run) = run.counts.reject { |name, count| count.zero? || name == :written }

  def raised
    yield
    nil
  rescue => error
    error
  end
end

# A database beside the program's own, whose table takes no 666. It is a file, whatever the other one is.
RSpec.shared_context "a database for reports" do
  before(:context) do
    unless defined?(ReportsRecord)
      Object.const_set(:ReportsRecord, Class.new(ActiveRecord::Base) { self.abstract_class = true })
      ReportsRecord.establish_connection(adapter: "sqlite3", database: File.join(FlowDatabase.folder, "reports.sqlite3"))
      ReportsRecord.connection_pool.with_connection do |connection|
        connection.create_table(:reports) { |table| table.string(:name) && table.integer(:net) && table.check_constraint("net <> 666") }
      end
    end
  end

  before { ReportsRecord.connection_pool.with_connection { |connection| connection.execute("DELETE FROM reports") } }

  def reports = ReportsRecord.connection_pool.with_connection { |connection| connection.select_rows("SELECT id, name, net FROM reports ORDER BY id") }
end
