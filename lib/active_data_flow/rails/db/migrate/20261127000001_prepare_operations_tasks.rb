# frozen_string_literal: true

# The tables of tasks. Where standard_procedure_operations has made them already, they keep their rows and get the columns
# that they lack, each with a default or NULL, so that it goes on reading and writing them. Keys are of the kind that
# `config.generators { |g| g.orm :active_record, primary_key_type: :uuid }` asks for.
class PrepareOperationsTasks < ActiveRecord::Migration[7.1]
  OWN_INDEX = "index_operations_tasks_on_wake" # which tells the tables made here from those that were there

  def up
    table_exists?(:operations_tasks) ? complete_tasks : create_tasks
    create_participants unless table_exists?(:operations_task_participants)
  end

  # What was there before stays.
  def down
    return take_additions_back unless index_name_exists?(:operations_tasks, OWN_INDEX)

    drop_table :operations_task_participants
    drop_table :operations_tasks
  end

  private

  def create_tasks
    create_table :operations_tasks, id: primary_key_type do |t|
      t.column :parent_id, foreign_key_type
      t.string :type
      t.integer :task_status, null: false, default: 0
      t.string :current_state, null: false, default: "start"
      long_text t, :data
      t.datetime :wakes_at
      t.datetime :expires_at
      t.datetime :completed_at
      t.datetime :failed_at
      t.datetime :delete_at
      additions.each { |name, kind, options| t.column name, kind, **options }
      t.timestamps

      t.foreign_key :operations_tasks, column: :parent_id, name: "fk_operations_tasks_on_parent"
      t.index %i[task_status wakes_at], name: OWN_INDEX
      t.index %i[task_status delete_at], name: "index_operations_tasks_on_deletion"
    end
    index_additions
  end

  def complete_tasks
    additions.each { |name, kind, options| add_column :operations_tasks, name, kind, if_not_exists: true, **options }
    index_additions
  end

  # The gem changes these by guarded statements; nobody else should.
  def additions
    [
      [:version, :bigint, {null: false, default: 1}],
      [:steps, :bigint, {null: false, default: 0}],
      [:signals, :integer, {null: false, default: 0}],
      [:attempts, :integer, {null: false, default: 0}],
      [:deaths, :integer, {null: false, default: 0}],
      [:claimed_by, :string, {}],
      [:claimed_until, :datetime, {}],
      [:start_key, :string, {}],
      [:unique_key, :string, exact],
      [:entered_at, :datetime, {}],
      [:history, :text, long]
    ]
  end

  def index_additions
    add_index :operations_tasks, %i[task_status expires_at], name: "index_operations_tasks_on_expiry", if_not_exists: true
    add_index :operations_tasks, %i[parent_id start_key], name: "index_operations_tasks_on_start", unique: true, if_not_exists: true
    add_index :operations_tasks, :unique_key, name: "index_operations_tasks_on_unique_key", unique: true, if_not_exists: true
  end

  def take_additions_back
    %w[index_operations_tasks_on_expiry index_operations_tasks_on_start index_operations_tasks_on_unique_key].each { |name| remove_index :operations_tasks, name: }
    remove_columns :operations_tasks, *additions.map(&:first)
  end

  def create_participants
    create_table :operations_task_participants, id: primary_key_type do |t|
      t.column :task_id, foreign_key_type, null: false
      t.string :participant_type, null: false, **exact
      t.string :participant_id, null: false, **exact
      t.string :attribute_name, null: false, default: "", **exact
      t.timestamps

      t.foreign_key :operations_tasks, column: :task_id, name: "fk_operations_participants_on_task"
      t.index :task_id, name: "index_operations_participants_on_task"
      t.index %i[participant_type participant_id attribute_name], name: "index_operations_participants_on_model"
    end
  end

  # A text of MySQL's ends at 64 KiB.
  def long_text(t, name) = t.text(name, **long)

  def long = mysql? ? {size: :medium} : {}

  # Most of its collations take texts for the same that differ in case.
  def exact = mysql? ? {collation: "utf8mb4_bin"} : {}

  def mysql? = connection.adapter_name.match?(/mysql|trilogy/i)

  def primary_key_type = configured_key_type || :primary_key

  def foreign_key_type = configured_key_type || :bigint

  def configured_key_type
    generators = Rails.configuration.generators
    generators.options[generators.orm][:primary_key_type]
  end
end
