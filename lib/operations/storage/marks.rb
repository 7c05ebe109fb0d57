# frozen_string_literal: true

module Operations
  module Storage
    # Stands before an adapter's own methods, so that an adapter of five plain methods need not know how tasks are
    # followed: it tells each task that it is stored here, and keeps the end of a sub-task from being lost while its
    # parent runs. {Base.new} puts it there.
    # @private
    module Marks
      def save(task)
        task.wake_at = Clock.time(Clock.now_us) if task.waiting? && _signalled.delete(task.id)
        super
        _mark(task)
        signal(task.id) if _signalled.key?(task.id)
        task
      end

      def find(id) = _mark(super)

      def sleeping_tasks(...) = super.to_a.each { |task| _mark(task) }

      def sub_tasks_of(...) = super.to_a.each { |task| _mark(task) }

      def all(...) = super.to_a.each { |task| _mark(task) }

      # A parent that runs may have looked at its sub-tasks already; noted here, it is due when it falls asleep.
      # Noted before the look, so that of the two the one that comes second sees the other.
      def signal(id)
        _signalled[id] = true
        return true if super

        parent = find(id)
        return super if parent&.waiting?

        _signalled.delete(id) unless parent&.active?
        false
      end

      private

      def _mark(task) = task&.stored_as(self, nil)

      def _signalled = @_signalled ||= {}
    end
  end
end
