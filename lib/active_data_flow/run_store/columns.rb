# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # The columns of the tables, once for all stores: a name, the kind of the column, and what ActiveRecord's
    # `add_column` takes beside them. A column can be added here later; {ActiveDataFlow.prepare_database!} adds it.
    module Columns
      COUNTERS = %i[read new updated unchanged filtered rejected skipped deleted].freeze

      FLOWS = {
        name: [:string, {null: false}],
        source: [:json, {null: false}],
        sink: [:json, {null: false}],
        runtime: [:json],
        status: [:string, {default: "inactive"}],
        last_run_at: [:datetime],
        last_error: [:text],
        read_state: [:text] # what `read :new` has to remember between runs
      }.freeze

      # What upstream's runs have, and people read.
      READABLE = {
        data_flow_id: [:bigint, {null: false}],
        run_after: [:datetime, {null: false}],
        started_at: [:datetime],
        ended_at: [:datetime],
        status: [:string, {null: false, default: "pending"}],
        error_class: [:string],
        error_message: [:text],
        error_backtrace: [:text],
        metadata: [:json],
        arguments: [:json],
        arguments_digest: [:string, {limit: 64}],
        cursor: [:text],
        **COUNTERS.to_h { |name| [:"rows_#{name}", [:bigint, {null: false, default: 0}]] },
        sink_counts: [:text],
        sink_checkpoints: [:text],
        pending_bounds: [:text],
        provider_job_id: [:string],
        throttled_until: [:datetime],
        parent_task_id: [:string],
        parent_run_id: [:bigint], # of a part: the run that it is a part of
        part_count: [:integer], # how many a run was split into
        part: [:integer], # which one of them, from 1 on
        range_from: [:text], # a part begins behind this place; nil: at the first row
        range_upto: [:text] # and ends at this one; nil: at the last row
      }.freeze

      # Who may write, and who goes on: changed by guarded statements only.
      PROTOCOL = {
        fence: [:bigint, {null: false, default: 0}],
        token: [:string, {limit: 64}],
        prev_token: [:string, {limit: 64}],
        owner: [:string],
        owner_job_id: [:string],
        lease_until: [:datetime], # in no index: it changes with every commit
        lease_seconds: [:integer, {null: false, default: 15}],
        leaving: [:integer, {null: false, default: 0}],
        commits: [:bigint, {null: false, default: 0}],
        claim_commits: [:bigint, {null: false, default: 0}],
        tries_fence: [:bigint],
        tries_rows: [:bigint],
        tries_key: [:text],
        deaths: [:integer, {null: false, default: 0}],
        death_times: [:text], # those of the last hour, as JSON: microseconds since the epoch
        level: [:integer, {null: false, default: 0}],
        suspect_left: [:bigint, {null: false, default: 0}],
        active_key: [:string],
        slot_key: [:string],
        stop_requested: [:string],
        stop_requested_at: [:datetime],
        dispatch_after: [:datetime],
        dispatches: [:integer, {null: false, default: 0}],
        enqueued_job_id: [:string],
        created_by_job_id: [:string],
        triggered_by: [:string], # what a chain makes once, e.g. "run:17:complete"
        attempt: [:integer, {null: false, default: 0}],
        callbacks_due: [:integer, {null: false, default: 0}],
        fingerprint: [:text]
      }.freeze

      RUNS = READABLE.merge(PROTOCOL).freeze
      # What a new run has in them.
      DEFAULTS = RUNS.to_h { |name, (_kind, options)| [name, options&.fetch(:default, nil)] }.freeze

      REJECTS = {
        data_flow_id: [:bigint, {null: false}],
        run_id: [:bigint, {null: false}],
        status: [:string, {null: false, default: "open"}],
        stage: [:string],
        reason: [:text],
        error_class: [:string],
        column_name: [:string],
        position: [:text],
        line: [:bigint],
        row_ref: [:string],
        row: [:text],
        raw: [:text],
        replayed_at: [:datetime]
      }.freeze

      # When somebody last looked for runs that nobody is at.
      SWEEPS = {
        name: [:string, {null: false}],
        swept_at: [:datetime]
      }.freeze

      # How far a run has come that writes into a database which does not keep it; in that database, see {SQL::Marks}.
      MARKS = {
        identity: [:string, {null: false, limit: 64}],
        flow_name: [:string, {null: false}],
        run_id: [:string, {null: false, limit: 36}],
        born: [:string, {limit: 32}], # when the run was made
        fence: [:bigint, {null: false, default: 0}],
        token: [:string, {limit: 64}],
        commits: [:bigint, {null: false, default: 0}],
        cursor: [:text],
        state: [:text], # JSON: the run's counters, whether it is finished, rows that were put aside, and checkpoints
        replayed: [:string, {limit: 80}] # the last reject that was replayed, and what it was then
      }.freeze
      MARKS_TABLE = "active_data_flow_marks"
      MARKS_INDEX = [MARKS_TABLE.to_sym, :identity, "index_adf_marks_on_identity", {unique: true}].freeze

      # Those of a reject that have the row in them, or values of it.
      PERSONAL = %i[row raw reason].freeze

      TABLES = {
        active_data_flow_data_flows: FLOWS,
        active_data_flow_data_flow_runs: RUNS,
        active_data_flow_rejects: REJECTS,
        active_data_flow_sweeps: SWEEPS
      }.freeze

      # Given names: made up ones would be longer than some databases allow (63 characters).
      INDEXES = [
        [:active_data_flow_data_flows, :name, "index_adf_flows_on_name", {unique: true}],
        [:active_data_flow_data_flows, :status, "index_adf_flows_on_status", {}],
        # Before the other one: InnoDB takes the first that it can for the foreign key, and asks for the flow's lock whenever
        # an entry of that changes, as one with a status does.
        [:active_data_flow_data_flow_runs, %i[data_flow_id run_after], "index_adf_runs_on_run_after", {}],
        [:active_data_flow_data_flow_runs, %i[data_flow_id arguments_digest status], "index_adf_runs_on_identity", {}],
        [:active_data_flow_data_flow_runs, %i[status dispatch_after], "index_adf_runs_on_dispatch", {}],
        [:active_data_flow_data_flow_runs, %i[parent_run_id part], "index_adf_runs_on_part", {unique: true}],
        [:active_data_flow_data_flow_runs, :parent_task_id, "index_adf_runs_on_parent_task", {}],
        [:active_data_flow_data_flow_runs, :active_key, "index_adf_runs_on_active_key", {unique: true}],
        [:active_data_flow_data_flow_runs, :slot_key, "index_adf_runs_on_slot_key", {unique: true}],
        [:active_data_flow_data_flow_runs, :created_by_job_id, "index_adf_runs_on_job", {unique: true}],
        [:active_data_flow_data_flow_runs, %i[triggered_by data_flow_id], "index_adf_runs_on_trigger", {unique: true}],
        [:active_data_flow_rejects, %i[run_id status], "index_adf_rejects_on_run", {}],
        [:active_data_flow_rejects, %i[data_flow_id status], "index_adf_rejects_on_flow", {}],
        [:active_data_flow_sweeps, :name, "index_adf_sweeps_on_name", {unique: true}]
      ].freeze
    end
  end
end
