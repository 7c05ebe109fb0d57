# frozen_string_literal: true

module Operations
  module Compat
    # V1 kept no task for ever: `delete_after` counted in each state anew, also of what never came to an end.
    module Cleaning
      # (see Storage::Base#delete_old)
      # So are those that have been in one state for as long.
      def delete_old(task_class = nil, before:, **bounds)
        super + left_behind(task_class || Task, Clock.time(_moment_us(before))).count { |task| delete(task.id) }
      end

      private

      # Few of all that wait are old enough to be looked at.
      def left_behind(task_class, before)
        classes = Registry.loaded_below(task_class).push(task_class).uniq.select(&:deletion_time)
        return [] if classes.empty?

        shortest = classes.map(&:deletion_time).min
        unfinished = Scope.of(task_class, self).where(task_status: %i[active waiting], type: classes.map(&:name), created_at: ..(before - shortest))
        unfinished.select { |task| task.history.last.at + task.class.deletion_time <= before }
      end
    end
  end
end
