# frozen_string_literal: true

require "globalid"
require_relative "tasks_in_a_database"
require_relative "v1_tables"

# A database as the gem's ancestor leaves it: its two tables, without any column of ours, and rows as it writes them.
module V1Tasks
  GlobalID.app = "shop"

  module_function

  def connect
    ActiveSupport::IsolatedExecutionState.isolation_level = :fiber
    ActiveRecord::Base.establish_connection(**TasksInADatabase.config)
    TasksInADatabase.run do |connection|
      connection.create_table(:users) { |table| table.string :name }
      connection.create_table(:wakes) { |table| table.bigint :task_id and table.integer :pid }
    end
  end

  # Anew for each example: some complete it.
  def make
    TasksInADatabase.run do |connection|
      %w[operations_task_participants operations_tasks].each { |table| connection.drop_table(table, if_exists: true) }
      V1Tables.make(connection)
    end
    [TasksInADatabase::Row, TasksInADatabase::Place, User, Wake].each(&:reset_column_information)
    [User, Wake].each(&:delete_all)
  end

  # @return [Integer] the id of a row as the ancestor writes it
  def row(type, status, state, data = {}, **moments)
    now = Time.now.utc
    written = {created_at: now - 60, updated_at: now - 60, expires_at: now + 3600, **moments}
    TasksInADatabase::Row.create!(type:, task_status: status, current_state: state, data: JSON.generate(data), **written).id
  end
end

class User
  include GlobalID::Identification
end
