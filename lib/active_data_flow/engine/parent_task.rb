# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # The task that has started a run. The run's end makes it due, if it waits (protocols.md P10): by a statement of its own, after
    # the commit that ended the run. Told twice it looks twice, which does no harm.
    module ParentTask
      # @param run [Run, RunStore::Row] that has ended
      # @return [Boolean] false when it could not be told, and is to be told again
      def self.told?(run)
        Operations::Parent.child_ended(run.parent_task_id) if run.parent_task_id
        true
      rescue => error
        Operations.logger.error("the task #{run.parent_task_id} was not told of the end of run #{run.id}: #{Shown.error(error)}")
        false
      end
    end
  end
end
