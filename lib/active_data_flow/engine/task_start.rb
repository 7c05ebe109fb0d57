# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # A flow that a task starts. Its run is made with the task's transition: in the same commit, where both are kept in one
    # database; else just before it. Its mark is the same when a handler is repeated, which so finds the run that it has started.
    class TaskStart
      class << self
        # When the transition is there for others to see: by jobs, or here and now where there is no queue. What goes wrong is the
        # runs' failure, not the task's.
        # @param starts [Array<TaskStart>] whose runs were made
        # @return [void]
        def hand_over(starts)
          return starts.each(&:carry_over) unless Outbox.dispatcher

          starts.group_by(&:store).each { |store, some| Outbox.dispatch(store, some.map(&:row)) }
        rescue => error
          Operations.logger.warn("flows that a task has started are left to the sweep: #{Shown.error(error)}")
        end
      end

      # @return [Run] as the task sees it: without an id until it is made
      attr_reader :run
      # @return [RunStore::Row, nil] the same as it is stored
      attr_reader :row

      # @param flow_class [Class]
      # @param arguments [Hash] of the flow
      # @param key [String] what tells this start from the task's others
      # @raise [ConfigurationError] where a run would
      # @raise [Operations::ValidationError]
      def initialize(flow_class, arguments, key)
        flow = flow_class.new(**arguments)
        @start = Start.new(flow)
        @key = key
        @run = Run.new(store, RunStore::Row.new({**RunStore::Columns::DEFAULTS, flow_name: flow_class.flow_name, arguments: flow.arguments}))
      end

      # @return [RunStore::Base]
      def store = @start.store

      # Makes the run, in the transaction that is open here.
      # @param task_id [String, Integer]
      # @return [Run]
      def make(task_id)
        origin = {parent_task_id: task_id.to_s, triggered_by: "task:#{task_id}:#{@key}"}
        run.made(@row = @start.ask { |entry| Lasting.call(store) { store.enqueue(**entry, **origin) } })
      end

      # Runs the flow here and now.
      # @return [void]
      def carry_over
        @start.resume(row, Context.new)
      rescue => error
        Operations.logger.error("#{run.flow_name} run #{run.id}, which a task has started, failed: #{Shown.error(error)}")
      ensure
        run.reload
      end
    end
  end
end
