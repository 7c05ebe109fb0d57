# frozen_string_literal: true

module Operations
  module Storage
    # The tables of tasks: those of the gem's ancestor, and what was added to them. Whoever reads them without knowing
    # of the additions can write them too: each has a default, or may be NULL.
    module Columns
      # Where texts that differ are not the same, whatever the database's collation is.
      EXACT = {exact: true}.freeze
      private_constant :EXACT

      TASKS = "operations_tasks"
      PARTICIPANTS = "operations_task_participants"

      # What the ancestor has, beside its id.
      OLD = {
        parent_id: [:bigint],
        type: [:string],
        task_status: [:integer, {null: false, default: 0}],
        current_state: [:string, {null: false, default: "start"}],
        data: [:text],
        wakes_at: [:datetime],
        expires_at: [:datetime],
        completed_at: [:datetime],
        failed_at: [:datetime],
        delete_at: [:datetime]
      }.freeze

      ADDED = {
        version: [:bigint, {null: false, default: 1}],  # each write counts it up, but for a signal
        steps: [:bigint, {null: false, default: 0}],    # transitions
        signals: [:integer, {null: false, default: 0}], # sub-tasks that ended since it was claimed
        attempts: [:integer, {null: false, default: 0}], # of retry_on, in this state
        deaths: [:integer, {null: false, default: 0}],  # of processes, in this handler
        claimed_by: [:string],                          # host:pid:random
        claimed_until: [:datetime],                     # in no index: it changes with every transition
        start_key: [:string],
        unique_key: [:string, EXACT],                   # NULL when it has ended
        entered_at: [:datetime],
        history: [:text]                                # JSON, the newest hundred
      }.freeze

      MEMBERS = {
        task_id: [:bigint, {null: false}],
        participant_type: [:string, {null: false, **EXACT}],
        participant_id: [:string, {null: false, **EXACT}], # of any kind of model
        attribute_name: [:string, {null: false, default: "", **EXACT}]
      }.freeze

      TABLES = {operations_tasks: OLD.merge(ADDED).freeze, operations_task_participants: MEMBERS}.freeze

      INDEXES = [
        [:operations_tasks, %i[task_status wakes_at], "index_operations_tasks_on_wake", {}],
        [:operations_tasks, %i[task_status expires_at], "index_operations_tasks_on_expiry", {}],
        [:operations_tasks, %i[task_status delete_at], "index_operations_tasks_on_deletion", {}],
        [:operations_tasks, %i[parent_id start_key], "index_operations_tasks_on_start", {unique: true}],
        [:operations_tasks, :unique_key, "index_operations_tasks_on_unique_key", {unique: true}],
        [:operations_task_participants, :task_id, "index_operations_participants_on_task", {}],
        [:operations_task_participants, %i[participant_type participant_id attribute_name], "index_operations_participants_on_model", {}]
      ].freeze

      FOREIGN_KEYS = {
        operations_tasks: [:operations_tasks, {column: :parent_id, name: "fk_operations_tasks_on_parent"}],
        operations_task_participants: [:operations_tasks, {column: :task_id, name: "fk_operations_participants_on_task"}]
      }.freeze
    end
  end
end
