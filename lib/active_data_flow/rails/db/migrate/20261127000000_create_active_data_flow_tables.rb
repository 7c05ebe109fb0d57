# frozen_string_literal: true

# The tables of flows, their runs, the rows that were put aside, and the sweep's. Keys are of the kind that
# `config.generators { |g| g.orm :active_record, primary_key_type: :uuid }` asks for.
class CreateActiveDataFlowTables < ActiveRecord::Migration[7.1]
  COUNTERS = %i[read new updated unchanged filtered rejected skipped deleted].freeze

  def change
    create_flows
    create_runs
    create_rejects
    create_sweeps
  end

  private

  def create_flows
    create_table :active_data_flow_data_flows, id: primary_key_type do |t|
      t.string :name, null: false
      t.json :source, null: false
      t.json :sink, null: false
      t.json :runtime
      t.string :status, default: "inactive"
      t.datetime :last_run_at
      long_text t, :last_error
      long_text t, :read_state
      t.timestamps

      t.index :name, name: "index_adf_flows_on_name", unique: true
      t.index :status, name: "index_adf_flows_on_status"
    end
  end

  def create_runs
    create_table :active_data_flow_data_flow_runs, id: primary_key_type do |t|
      readable_columns(t)
      protocol_columns(t)
      t.timestamps

      t.foreign_key :active_data_flow_data_flows, column: :data_flow_id, name: "fk_adf_runs_on_flow"
      run_indexes(t)
    end
  end

  # What people read.
  def readable_columns(t)
    t.column :data_flow_id, foreign_key_type, null: false
    t.datetime :run_after, null: false
    t.datetime :started_at
    t.datetime :ended_at
    t.string :status, null: false, default: "pending"
    t.string :error_class
    long_text t, :error_message
    long_text t, :error_backtrace
    t.json :metadata
    t.json :arguments
    t.string :arguments_digest, limit: 64
    long_text t, :cursor
    COUNTERS.each { |counter| t.bigint :"rows_#{counter}", null: false, default: 0 }
    long_text t, :sink_counts
    long_text t, :sink_checkpoints
    long_text t, :pending_bounds
    t.string :provider_job_id
    t.datetime :throttled_until
    t.string :parent_task_id
    t.column :parent_run_id, foreign_key_type
    t.integer :part_count
    t.integer :part
    long_text t, :range_from
    long_text t, :range_upto
  end

  # Who may write, and who goes on. The gem changes these by guarded statements; nobody else should.
  def protocol_columns(t)
    t.bigint :fence, null: false, default: 0
    t.string :token, limit: 64
    t.string :prev_token, limit: 64
    t.string :owner
    t.string :owner_job_id
    t.datetime :lease_until
    t.integer :lease_seconds, null: false, default: 15
    t.integer :leaving, null: false, default: 0
    t.bigint :commits, null: false, default: 0
    t.bigint :claim_commits, null: false, default: 0
    t.bigint :tries_fence
    t.bigint :tries_rows
    long_text t, :tries_key
    t.integer :deaths, null: false, default: 0
    long_text t, :death_times
    t.integer :level, null: false, default: 0
    t.bigint :suspect_left, null: false, default: 0
    t.string :active_key
    t.string :slot_key
    t.string :stop_requested
    t.datetime :stop_requested_at
    t.datetime :dispatch_after
    t.integer :dispatches, null: false, default: 0
    t.string :enqueued_job_id
    t.string :created_by_job_id
    t.string :triggered_by
    t.integer :attempt, null: false, default: 0
    t.integer :callbacks_due, null: false, default: 0
    long_text t, :fingerprint
  end

  def run_indexes(t)
    t.index %i[data_flow_id arguments_digest status], name: "index_adf_runs_on_identity"
    t.index %i[data_flow_id run_after], name: "index_adf_runs_on_run_after"
    t.index %i[status dispatch_after], name: "index_adf_runs_on_dispatch"
    t.index %i[parent_run_id part], name: "index_adf_runs_on_part", unique: true
    t.index :parent_task_id, name: "index_adf_runs_on_parent_task"
    t.index :active_key, name: "index_adf_runs_on_active_key", unique: true
    t.index :slot_key, name: "index_adf_runs_on_slot_key", unique: true
    t.index :created_by_job_id, name: "index_adf_runs_on_job", unique: true
    t.index %i[triggered_by data_flow_id], name: "index_adf_runs_on_trigger", unique: true
  end

  def create_rejects
    create_table :active_data_flow_rejects, id: primary_key_type do |t|
      t.column :data_flow_id, foreign_key_type, null: false
      t.column :run_id, foreign_key_type, null: false
      t.string :status, null: false, default: "open"
      t.string :stage
      long_text t, :reason
      t.string :error_class
      t.string :column_name
      long_text t, :position
      t.bigint :line
      t.string :row_ref
      long_text t, :row
      long_text t, :raw
      t.datetime :replayed_at
      t.timestamps

      t.index %i[run_id status], name: "index_adf_rejects_on_run"
      t.index %i[data_flow_id status], name: "index_adf_rejects_on_flow"
    end
  end

  # When somebody last looked for runs that nobody is at.
  def create_sweeps
    create_table :active_data_flow_sweeps, id: primary_key_type do |t|
      t.string :name, null: false
      t.datetime :swept_at
      t.timestamps

      t.index :name, name: "index_adf_sweeps_on_name", unique: true
    end
  end

  # A text of MySQL's ends at 64 KiB, and a row that was put aside may be longer.
  def long_text(t, name)
    t.text name, **(connection.adapter_name.match?(/mysql|trilogy/i) ? {size: :medium} : {})
  end

  def primary_key_type = configured_key_type || :primary_key

  def foreign_key_type = configured_key_type || :bigint

  def configured_key_type
    generators = Rails.configuration.generators
    generators.options[generators.orm][:primary_key_type]
  end
end
