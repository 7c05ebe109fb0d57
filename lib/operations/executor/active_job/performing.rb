# frozen_string_literal: true

module Operations
  module Executor
    class ActiveJob < Base
      # What the jobs of tasks do when they are performed, in whatever process.
      module Performing
        class << self
          # Runs the task if it is due and nobody else runs it.
          # @param id [String, Integer]
          # @param class_name [String]
          # @return [void]
          # @raise whatever a handler raised, after it was recorded on the task
          def run(id, class_name)
            task = known(id, class_name) or return
            return task._signal_again if task._finished?

            task.execute_wake if task.active? || task._due?
            executor = Operations.executor
            executor.wake_soon(task) if executor.respond_to?(:wake_soon) && task._wake_result
          end

          # @param class_name [String]
          # @return [Integer] how many were deleted
          def delete_old(class_name)
            Operations.storage.delete_old(Registry.fetch(class_name), before: Clock.time(Clock.now_us))
          end

          private

          # While a new version of the program is rolled out, a task may have a class or state that only the others know.
          def known(id, class_name)
            Registry.fetch(class_name)
            task = Operations.storage.find(id)
            return task if task.nil? || task._finished? || task.class.handler_for(task.current_state)

            postpone(id, "#{task} is in :#{task.current_state}, a state that #{task.class} does not have")
          rescue Error => error
            raise if error.task
            postpone(id, error.message)
          end

          def postpone(id, reason)
            storage = Operations.storage
            storage.respond_to?(:postpone) ? storage.postpone(id, reason) : raise(Error, reason)
            nil
          end
        end
      end
    end
  end
end
