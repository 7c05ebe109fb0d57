# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What the row of a flow says of its last run. Written by who ended that run, outside of its commits.
    module FlowStatus
      class << self
        # @param name [String] of the flow
        # @param error [Exception]
        # @return [void]
        def failed(name, error)
          rows(name)&.update_all(status: "failed", last_error: RunStore::Base.text(error.message), updated_at: Time.current)
        end

        # A failed flow is active again.
        # @param store [RunStore::Base]
        # @param run [RunStore::Row] as its last commit left it
        # @return [void]
        def succeeded(store, run)
          return if active?(store, run)

          rows(run.flow_name)&.where(status: "failed")&.update_all(status: "active", last_error: nil, updated_at: Time.current)
        end

        # @param name [String]
        # @return [Boolean] whether a person has made it so
        def inactive?(name) = rows(name)&.exists?(status: "inactive") || false

        # @param store [RunStore::Base]
        # @return [Boolean] whether its flows' rows are those that people see
        def kept_by?(store) = store.equal?(ActiveRecordIfThere.store)

        private

        # The last commit has looked, in its own database.
        def active?(store, run) = !["failed", nil].include?(run.flow_status) && kept_by?(store)

        # An application may keep its runs in memory.
        def rows(name) = (DataFlow.where(name:) if defined?(::ActiveRecord::Base) && ActiveRecordIfThere.store)
      end
    end
  end
end
