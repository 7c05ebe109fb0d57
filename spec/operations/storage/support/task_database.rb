# frozen_string_literal: true

require_relative "active_record_storage"
require "sqlite3"

# An SQLite file with the table of {ActiveRecordStorage} and two of a program's own, made from nothing.
module TaskDatabase
  class CreateProgram < ActiveRecord::Migration[7.1]
    def change
      create_table(:users) { |table| table.string :name }
      # No unique key: a wake that is run twice leaves two rows.
      create_table(:wakes) { |table| table.string :task_id and table.integer :pid }
    end
  end

  # Fibers share a thread, and must not share its connection in the middle of a transaction.
  def self.connect(path)
    ActiveSupport::IsolatedExecutionState.isolation_level = :fiber
    ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: path, max_connections: 30, pool: 30, timeout: 20_000,
      default_transaction_mode: :immediate) # as Rails 8 has it anyway: the storage looks before it writes
  end

  def self.migrate(direction = :up)
    ActiveRecord::Migration.suppress_messages do
      [ActiveRecordStorage::CreateTasks, CreateProgram].each { |migration| migration.migrate(direction) }
    end
  end

  # Before a fork: a connection belongs to one process.
  def self.disconnect = ActiveRecord::Base.connection_handler.clear_all_connections!

  def self.empty = [ActiveRecordStorage::Row, User, Wake].each(&:delete_all)
end

class User < ActiveRecord::Base; end

class Wake < ActiveRecord::Base; end
