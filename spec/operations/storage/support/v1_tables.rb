# frozen_string_literal: true

# The two tables of the gem's ancestor, as its migrations leave them.
module V1Tables
  module_function

  def make(connection)
    tasks(connection)
    participants(connection)
  end

  def tasks(connection)
    connection.create_table :operations_tasks do |table|
      table.belongs_to :parent, foreign_key: {to_table: :operations_tasks}
      table.string :type
      table.integer :task_status, default: 0, null: false
      table.string :current_state, default: "start", null: false
      table.text :data
      table.datetime :wakes_at, :expires_at, :completed_at, :failed_at, :delete_at
      table.timestamps
      table.index %i[task_status wakes_at]
      table.index %i[task_status delete_at]
    end
  end

  def participants(connection)
    connection.create_table :operations_task_participants do |table|
      table.belongs_to :task, foreign_key: {to_table: :operations_tasks}
      table.belongs_to :participant, polymorphic: true
      table.string :attribute_name, default: "", null: false
      table.timestamps
    end
  end
end
