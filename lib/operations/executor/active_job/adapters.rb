# frozen_string_literal: true

module Operations
  module Executor
    class ActiveJob < Base
      # The queue adapters that task classes name with `runs_on`, each made once.
      module Adapters
        @made = {}
        @lock = Mutex.new

        class << self
          # @param class_name [String] of a task class
          # @param usual [Object] the adapter of the job's class, which a test may have put there
          # @return [Object] the adapter on which its jobs are enqueued
          def for(class_name, usual)
            wanted = Registry.fetch(class_name).queue_adapter
            (wanted.nil? || usual.is_a?(::ActiveJob::QueueAdapters::TestAdapter)) ? usual : resolve(wanted)
          rescue Error
            usual
          end

          private

          def resolve(adapter)
            return adapter unless adapter.is_a?(Symbol) || adapter.is_a?(String)

            @lock.synchronize { @made[adapter.to_sym] ||= ::ActiveJob::QueueAdapters.lookup(adapter).new }
          end
        end
      end
    end
  end
end
