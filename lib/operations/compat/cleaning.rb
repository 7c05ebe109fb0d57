# frozen_string_literal: true

module Operations
  module Compat
    # V1 kept no task for ever: `delete_after` counted in each state anew, also of what never came to an end.
    module Cleaning
      # (see Storage::Base#delete_old)
      # So are those that have been in one state for as long.
      def delete_old(task_class = nil, before:)
        super + left_behind(task_class || Task, before).count { |task| delete(task.id) }
      end

      private

      def left_behind(task_class, before)
        Scope.of(task_class, self).where(task_status: %i[active waiting]).where(created_at: ..before).select do |task|
          kept = task.class.deletion_time
          kept && task.history.last.at + kept <= before
        end
      end
    end
  end
end
