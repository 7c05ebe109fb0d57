# frozen_string_literal: true

module Operations
  module Machine
    # What the current fiber is running: a task, inside it perhaps another, and so on. For whoever would otherwise wait
    # for what cannot end before it.
    # @private
    module UnderWay
      KEY = :__operations_under_way # Thread#[] belongs to the fiber
      private_constant :KEY

      class << self
        # @return [Array, nil] for {leave}
        def enter(task)
          outer = Thread.current[KEY]
          Thread.current[KEY] = [task, outer]
          outer
        end

        def leave(outer)
          Thread.current[KEY] = outer
        end

        # @return [Boolean] whether another object of the same stored task is in the middle of its handler
        def another?(task)
          frame = Thread.current[KEY]
          while frame
            one, frame = frame
            return true if one._running? && one == task && !one.equal?(task)
          end
          false
        end
      end
    end
  end
end
