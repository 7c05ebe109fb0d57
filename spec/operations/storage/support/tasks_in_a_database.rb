# frozen_string_literal: true

require "active_data_flow/active_record"
require "fileutils"
require "tmpdir"

# The database that the environment names, with our tables and two of a program's own, made from nothing.
module TasksInADatabase
  KIND = ENV.fetch("ADF_SPEC_DATABASE", "sqlite").to_sym
  MANY = {max_connections: 30, pool: 30}.freeze # threads of an example
  TABLES = %w[operations_task_participants operations_tasks users wakes].freeze

  module_function

  # Fibers share a thread, and must not share its connection in the middle of a transaction.
  def connect
    ActiveSupport::IsolatedExecutionState.isolation_level = :fiber
    ActiveRecord::Base.establish_connection(**config)
    ActiveDataFlow.prepare_database!
    run do |connection|
      connection.create_table(:users, if_not_exists: true) { |table| table.string :name }
      # No unique key: a wake that is run twice leaves two rows.
      connection.create_table(:wakes, if_not_exists: true) { |table| table.bigint :task_id and table.integer :pid }
    end
  end

  def config
    @config ||= Servers.fresh(KIND, "tasks_#{Process.pid}", **MANY) ||
      {adapter: "sqlite3", database: File.join(folder, "tasks.sqlite3"), timeout: 20_000, **MANY}
  end

  def folder = @folder ||= Dir.mktmpdir.tap { |folder| at_exit { FileUtils.rm_rf(folder) } }

  def run(&) = ActiveRecord::Base.connection_pool.with_connection(&)

  def empty
    run do |connection|
      connection.execute("UPDATE operations_tasks SET parent_id = NULL")
      TABLES.each { |table| connection.execute("DELETE FROM #{table}") }
    end
  end

  # Before a fork: a connection belongs to one process.
  def disconnect = ActiveRecord::Base.connection_handler.clear_all_connections!

  class Row < ActiveRecord::Base
    self.table_name = "operations_tasks"
    self.inheritance_column = nil
  end

  class Place < ActiveRecord::Base
    self.table_name = "operations_task_participants"
  end
end

class User < ActiveRecord::Base
  include Operations::Participant
end

class Wake < ActiveRecord::Base; end
