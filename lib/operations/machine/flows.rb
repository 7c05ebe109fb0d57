# frozen_string_literal: true

require "securerandom"

module Operations
  module Machine
    # Flows that a task starts: see {Children#start}.
    module Flows
      # @return [FlowRuns] all runs of flows that this task has started, in that order
      def flow_runs = FlowRuns.new(self)

      # @private started by the handler that runs now, and not stored yet
      # @return [Array<ActiveDataFlow::Engine::TaskStart>]
      def _started_flows = @_started ? @_started.grep_v(Task) : []

      private

      def _flow?(klass) = defined?(ActiveDataFlow::Base) && klass.is_a?(Class) && klass <= ActiveDataFlow::Base

      def _start_flow(flow_class, arguments)
        raise _unborn if _unborn?

        at_once = stored? && !_running_here?
        key = (!at_once && _repeatable?) ? _start_key : SecureRandom.hex(8)
        start = ActiveDataFlow::Engine::TaskStart.new(flow_class, arguments, key)
        at_once ? _store_flows([start]) { start.make(@id) } : (@_started ||= []) << start
        start.run
      end

      # @param flows [Array<ActiveDataFlow::Engine::TaskStart>]
      # @yield stores what is to be committed with them
      # @return [Object] what the block returned
      def _store_flows(flows)
        return yield if flows.empty?

        storage = Operations.storage
        yield.tap { storage.after_commit { ActiveDataFlow::Engine::TaskStart.hand_over(flows) } }
      end

      # Those that are kept elsewhere come first: a handler that is repeated after a crash in between finds them.
      # @return [Array<Operations::Task>] the sub-tasks as they are stored
      def _save_with(storage, tasks, flows)
        storage.save(self) unless @id || flows.empty?
        inside, before = flows.partition { |flow| storage.commits_with?(flow.store) }
        before.each { |flow| flow.make(@id) }
        storage.save_with(self, tasks) { inside.each { |flow| flow.make(@id) } }
      end
    end
  end
end
