# frozen_string_literal: true

require "active_data_flow/active_record"
require "fileutils"
require "tmpdir"

# The database that the environment names, with our tables and a sink, made from nothing.
module RunDatabase
  KIND = ENV.fetch("ADF_SPEC_DATABASE", "sqlite").to_sym

  # What a commit writes: a row that is written twice is there twice.
  class SinkRow < ActiveRecord::Base; end

  class Run < ActiveRecord::Base
    self.table_name = "active_data_flow_data_flow_runs"
  end

  module_function

  def connect
    ActiveRecord::Base.establish_connection(**config)
    ActiveDataFlow.prepare_database!
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.create_table(:sink_rows, if_not_exists: true) { |table| table.string :name } }
  end

  def config
    @config ||= Servers.fresh(KIND, "runs_#{Process.pid}", max_connections: 12, pool: 12) ||
      {adapter: "sqlite3", database: File.join(folder, "runs.sqlite3"), timeout: 10_000, max_connections: 12, pool: 12}
  end

  def folder = @folder ||= Dir.mktmpdir.tap { |folder| at_exit { FileUtils.rm_rf(folder) } }

  def empty
    %w[active_data_flow_rejects active_data_flow_sweeps active_data_flow_data_flow_runs active_data_flow_data_flows sink_rows].each do |table|
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM #{table}") }
    end
  end

  # Before Rails 8 a thread that waits for SQLite's lock lets no other thread of its process run, not even the one that has it.
  def patiently
    return yield unless KIND == :sqlite && ActiveRecord.version < Gem::Version.new("8.0.0.a")

    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.raw_connection.busy_handler { |count| (count < config[:timeout]) && sleep(0.001) && true }
      yield
    ensure
      connection.raw_connection.busy_timeout(config[:timeout])
    end
  end

  # Before a fork: a connection belongs to one process.
  def disconnect = ActiveRecord::Base.connection_handler.clear_all_connections!

  def database = ActiveDataFlow::ActiveRecord::Database.new

  def store(kind = store_class, **options) = kind.new(database, **options)

  def store_class = ActiveDataFlow::RunStore::SQL.for(database).class

  # @return [Class] a store that lacks one part of the guard
  def without(guard)
    rest = store_class::GUARDS.except(guard).values.join(" AND ")
    Class.new(store_class) { define_method(:guards) { rest } }
  end

  def by_a_look = Class.new(store_class) { include CheckByALook }

  # Looks, and then writes without looking: what a commit must not be.
  module CheckByALook
    private

    def fence(connection, claim, set, alone, columns, **values)
      values = {**values, id: claim.id, fence: claim.fence, token: claim.token, known: claim.commits}
      return unless ask(connection, "SELECT id FROM active_data_flow_data_flow_runs WHERE #{guards}", **values).any?

      change(connection, set, "id = :id", columns, **values)
    end
  end
end
