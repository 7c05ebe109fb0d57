# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What the author wants to be told at the end of a run: at least once, and no error in it changes the run.
    class Callbacks
      # @param flow [Base]
      # @param store [RunStore::Base]
      # @param run [Run]
      def initialize(flow, store, run)
        @flow = flow
        @store = store
        @run = run
      end

      # Calls those that belong to the run's end, then notes that they were.
      def call
        callbacks = of(@run.status) or return
        @flow._run_as(@run)
        callbacks.each { |callback| tell(callback) }
        Lasting.call(@store) { @store.callbacks_done(@run.id) }
      end

      private

      def of(status)
        declared = @flow.class.declarations
        {"success" => declared.after_complete, "failed" => declared.after_failure}[status]
      end

      def tell(callback)
        block = callback.is_a?(Symbol) ? @flow.method(callback) : callback
        arguments = block.arity.zero? ? [] : [@run]
        callback.is_a?(Symbol) ? block.call(*arguments) : @flow.instance_exec(*arguments, &block)
      rescue => error
        Operations.logger.error("#{Flow.label(@flow.class)}: its callback after run #{@run.id} failed: #{error.class}: #{error.message}")
      end
    end
  end
end
