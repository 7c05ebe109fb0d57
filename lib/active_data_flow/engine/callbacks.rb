# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What the author wants to be told at the end of a run: at least once, and no error in it changes the run.
    class Callbacks
      # Those of a run whose process died before it had called them.
      # @param store [RunStore::Base]
      # @param row [RunStore::Row] of {RunStore::Base#owing}
      # @return [Boolean] whether they were called here, and not by somebody else
      # @raise [ConfigurationError] when there is no class of that flow; they are due again after a time
      def self.deliver(store, row)
        return false unless store.win_callbacks(row.id) && ParentTask.told?(row)

        flow = Flow::Arguments.restore(Flow::Registry.fetch(row.flow_name), row.arguments || {})
        new(flow, store, Run.new(store, row)).tell
        true
      end

      # @param flow [Base]
      # @param row [RunStore::Row]
      # @return [Boolean] whether somebody is to be told when the run has succeeded: the author, the task that has started it, or
      #   the whole run of a part; else nothing needs to be noted for that
      def self.after_success?(flow, row) = row.part? || !row.parent_task_id.nil? || flow.class.declarations.after_complete.any?

      # @param flow [Base]
      # @param store [RunStore::Base]
      # @param run [Run]
      def initialize(flow, store, run)
        @flow = flow
        @store = store
        @run = run
      end

      # Calls those that belong to the run's end, unless somebody else does; first the task that has started it is told.
      def call
        return Parts.after(@flow, @store, @run) if @run.part?
        return if wanted.nil?

        nobody = wanted.empty? && @run.parent_task_id.nil?
        tell if nobody || (Lasting.call(@store) { @store.win_callbacks(@run.id) } && ParentTask.told?(@run))
      end

      # Calls them, then notes that they were.
      def tell
        @flow._run_as(@run)
        Trigger.by(@run.ended_as) { wanted.each { |callback| call_one(callback) } }
        Lasting.call(@store) { @store.callbacks_done(@run.id) }
      end

      private

      # @return [Array, nil] nil for a run that has not ended, or was cancelled with nobody to be told
      def wanted
        declared = @flow.class.declarations
        {"success" => declared.after_complete, "failed" => declared.after_failure, "cancelled" => @run.parent_task_id && []}[@run.status]
      end

      def call_one(callback)
        block = callback.is_a?(Symbol) ? @flow.method(callback) : callback
        arguments = block.arity.zero? ? [] : [@run]
        callback.is_a?(Symbol) ? block.call(*arguments) : @flow.instance_exec(*arguments, &block)
      rescue => error
        Operations.logger.error("#{Flow.label(@flow.class)}: its callback after run #{@run.id} failed: #{Shown.error(error)}")
      end
    end
  end
end
