# frozen_string_literal: true

require "active_data_flow/active_record"
require "fileutils"
require "logger"
require "tmpdir"

# A source that others write to while flows read it, and the sink of those flows.
module Orders
  KIND = ENV.fetch("ADF_SPEC_DATABASE", "sqlite").to_sym

  class Order < ActiveRecord::Base; end

  class Copy < ActiveRecord::Base; end

  class Other < ActiveRecord::Base; end

  module_function

  def connect
    ActiveRecord::Base.establish_connection(**config)
    ActiveDataFlow.prepare_database!
  end

  def config
    @config ||= Servers.fresh(KIND, "reading_#{Process.pid}", max_connections: 20, pool: 20) ||
      {adapter: "sqlite3", database: File.join(folder, "reading.sqlite3"), timeout: 10_000, max_connections: 20, pool: 20}
  end

  def folder = @folder ||= Dir.mktmpdir.tap { |folder| at_exit { FileUtils.rm_rf(folder) } }

  # Everything from nothing: an example may have changed the tables.
  def empty
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %w[active_data_flow_rejects active_data_flow_data_flow_runs active_data_flow_data_flows].each { |table| connection.execute("DELETE FROM #{table}") }
      connection.execute("DROP VIEW IF EXISTS order_views")
      %i[orders copies others].each do |name|
        connection.create_table(name, force: :cascade) do |table|
          table.string :name
          table.integer :writes, null: false, default: 1 if name == :copies
          table.integer :number
          table.index :number, unique: true
          table.datetime :updated_at, null: false, precision: 6, default: -> { "CURRENT_TIMESTAMP" }
        end
      end
    end
    [Order, Copy, Other].each(&:reset_column_information)
    audit unless KIND == :sqlite
  end

  # Counts what is written to a row of the sink, and by it rows that were written twice.
  def audit
    return sql("CREATE TRIGGER count_writes BEFORE UPDATE ON copies FOR EACH ROW SET NEW.writes = OLD.writes + 1") if KIND == :mysql

    sql <<~SQL
      CREATE OR REPLACE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.writes := OLD.writes + 1; RETURN NEW; END $$;
      CREATE TRIGGER count_writes BEFORE UPDATE ON copies FOR EACH ROW EXECUTE FUNCTION count_write();
    SQL
  end

  # They outlive their sessions, and hold their locks.
  def roll_back_prepared
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.select_values("SELECT gid FROM pg_prepared_xacts").each { |gid| connection.execute("ROLLBACK PREPARED #{connection.quote(gid)}") }
    end
  end

  def sql(text) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute(text) }

  # A session of somebody else's.
  class Session
    attr_reader :pid

    def initialize(name = "their program")
      @connection = PG.connect(host: Postgresql.folder, port: 5432, user: "postgres", dbname: Orders.config[:database], application_name: name)
      @connection.exec("SET client_min_messages = warning")
      @pid = @connection.backend_pid
    end

    # @return [Array<Array<String>>]
    def do(sql) = @connection.exec(sql).values

    # @return [Thread] which comes back when the statement does
    def begin(sql) = Thread.new { self.do(sql) }.tap { |thread| thread.report_on_exception = false }

    def close = @connection.close
  end
end

# A file of SQLite has no other writers.
RSpec.configure { |config| config.filter_run_excluding(:sqlite) unless Orders::KIND == :sqlite }

RSpec.shared_context "orders" do
  before(:context) { Orders.connect }
  after(:context) { ActiveRecord::Base.connection_handler.clear_all_connections! }

  around { |example| Eventually.ends(example) }

  before do
    Orders.empty
    Operations.logger = Logger.new(log)
    stub_const("Order", Orders::Order)
    stub_const("Copy", Orders::Copy)
  end

  after do
    sessions.each(&:close)
    Orders.roll_back_prepared if Orders::KIND == :postgresql
  end

  let(:log) { StringIO.new }
  let(:sessions) { [] }

  def session(name = "their program") = Orders::Session.new(name).tap { |session| sessions << session }

  def order(name, **more) = Orders::Order.create!(name:, **more)

  def copies = Orders::Copy.order(:id).pluck(:id)

  # @return [Class] a flow of orders into copies
  # @param ruby [Boolean] whether rows come through this process, where the database could carry them over by itself
  def flow(name = "OrderCopyFlow", source: :orders, cursor: nil, scope: nil, key: :id, rows: 3, ruby: false, &more)
    stub_const(name, Class.new(ActiveDataFlow::Base) do
      source(source, **{cursor:, scope:}.compact)
      keep :id, :name, :number, :updated_at
      transform { |row| row[:name] = row[:name].to_s } if ruby
      sink :copies, key: key
      batch_size rows
      class_exec(&more) if more
    end)
  end

  def news(name = "NewOrdersFlow", settle: 10, **options) = flow(name, **options) { read :new, settle: }

  def changes(settle: 0, **options) = flow("ChangedOrdersFlow", **options) { read :changed, by: %i[updated_at id], settle: }

  # @return [Integer] rows read
  def read(flow) = flow.run_now.counts[:read]
end
