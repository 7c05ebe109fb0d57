# frozen_string_literal: true

module Operations
  module Compat
    # V1's scopes, for a class and for a {Scope}: whoever extends or includes this has `where`.
    module Scopes
      Machine::CODES.each do |status, code|
        define_method(status) { where(task_status: code) }
        define_method(:"not_#{status}") { where("task_status <> ?", code) }
      end

      # @return [Scope] waiting tasks that are due
      def ready_to_wake = ready_to_wake_at(Time.now)

      # @return [Scope] waiting tasks that are due at this moment
      def ready_to_wake_at(time) = waiting.where(wakes_at: ..time)

      # @return [Scope] waiting tasks whose timeout has passed
      def expired = expired_at(Time.now)

      # @return [Scope] waiting tasks whose timeout has passed at this moment
      def expired_at(time) = waiting.where(expires_at: ..time)

      # @return [Scope] tasks that may be deleted
      def ready_to_delete = ready_to_delete_at(Time.now)

      # @return [Scope] tasks that may be deleted at this moment
      def ready_to_delete_at(time) = where(delete_at: ..time)

      # @return [Operations::Task, nil] the first that has these values in its columns
      def find_by(...) = where(...).first

      # (see #find_by)
      # @raise [ActiveRecord::RecordNotFound] when there is none
      def find_by!(...) = find_by(...) || raise(::ActiveRecord::RecordNotFound, "there is no such task")

      # @return [Boolean]
      def exists?(...) = where(...).any?
    end
  end
end
