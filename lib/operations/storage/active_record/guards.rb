# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # What a write has to find unchanged, as a copy of a task carries it ({Operations::Task#version_in}): a number that
      # each write counts up.
      class VersionGuard
        # @return [Hash{Symbol => Object}] values for a statement's guard
        def values(version) = {version:}

        # @return [Object] what the copy carries
        def read(version, _status, _state, _updated_us) = version

        # @return [Object] what the copy carries after a write that matched
        def after(version, _task) = version ? version + 1 : 1

        # @return [Object] what the copy carries after it was claimed
        def claimed(version, _task, _now_us) = version + 1

        # @return [Integer] the moment of the next write, in microseconds
        def moment(_version, now_us) = now_us
      end

      # In a table that has no such number: status, state and the moment of the last write, no two of which are the same.
      class ContentGuard
        # (see VersionGuard#values)
        def values((status, state, updated_us)) = {old_status: status, old_state: state, old_updated: Row.moment(updated_us)}

        # (see VersionGuard#read)
        def read(_version, status, state, updated_us) = [status, state, updated_us]

        # (see VersionGuard#after)
        def after(_version, task) = task._life.values_at(0, 1, 11)

        # (see VersionGuard#claimed)
        def claimed(_version, task, now_us) = [Machine::CODES[:active], task.current_state, now_us]

        # (see VersionGuard#moment)
        def moment(version, now_us) = (version.last == now_us) ? now_us + 1 : now_us
      end
    end
  end
end
