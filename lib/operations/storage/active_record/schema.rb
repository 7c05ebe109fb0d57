# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # Which tables are there: made by {ActiveDataFlow.prepare_database!}, or by the gem's ancestor and as it left them.
      class Schema
        REDUCED = "operations_tasks lacks %s, so tasks work with less: the task of a process that died goes on after %d seconds " \
          "instead of %d, however often it kills one; a handler that is repeated starts its sub-tasks again, a sub-task that " \
          "ends while its parent runs is seen at the next look, unique_by holds within one process, retry_on counts no attempts, " \
          "history has the current state only, and a task that waits for a worker is enqueued at each sweep. To add what is missing: %s"
        UUID = /\A\h{8}-\h{4}-\h{4}-\h{4}-\h{12}\z/
        private_constant :REDUCED, :UUID

        # @param connection of ActiveRecord
        # @raise [Error] when there is no table, or its `updated_at` cannot tell two writes apart
        def initialize(connection)
          unless connection.table_exists?(Columns::TASKS)
            raise Error, "there is no table #{Columns::TASKS} in this database. #{remedy}"
          end

          @columns = connection.columns(Columns::TASKS).to_h { |column| [column.name, column] }
          @participants = connection.table_exists?(Columns::PARTICIPANTS)
          check_precision unless complete?
        end

        # @return [Boolean] whether all the columns are there that this storage knows
        def complete? = missing.empty?

        # @return [Boolean] whether there is a table of participants
        def participants? = @participants

        # @return [Boolean] whether the database gives ids; otherwise they are UUIDs, given here
        def integer_ids? = @columns["id"].type == :integer

        # @param id [Object]
        # @return [Integer, String, nil] nil for what cannot be an id here, so that nothing is stored under it
        def key(id)
          return text_key(id) unless integer_ids?

          id = Integer(id) if id.is_a?(String) && id.match?(/\A[1-9]\d{0,18}\z/)
          id if id.is_a?(Integer) && id.bit_length < 64
        end

        # @param age [Numeric] seconds after which an active task counts as dead here
        # @param lease [Numeric] the same where there are leases
        # @return [String, nil] which promises are reduced
        def reduced(age, lease) = (format(REDUCED, missing.join(", "), age, lease, remedy) unless complete?)

        private

        def text_key(id) = (id&.to_s if @columns["id"].type != :uuid || UUID.match?(id.to_s))

        def remedy = ActiveDataFlow::ActiveRecordIfThere.remedy

        def missing = @missing ||= Columns::ADDED.keys.map(&:name) - @columns.keys

        def check_precision
          precision = @columns.fetch("updated_at").precision
          return if precision.nil? || precision >= 6

          raise Error, "operations_tasks.updated_at keeps #{precision} digits of a second, too few to tell two writes apart. " \
            "Its version column does: #{remedy}"
        end
      end
    end
  end
end
