# frozen_string_literal: true

module Operations
  module Handlers
    # A state that does something, then goes on.
    class ActionHandler
      # @return [Symbol, nil] where the task goes afterwards
      attr_accessor :next_state
      # @return [Symbol] the state
      attr_reader :name

      # @param name [Symbol, String]
      # @param transaction [Boolean] handler, sub-tasks and transition commit together; only where the storage can
      # @yield runs with the task as self
      def initialize(name, transaction: false, &action)
        @name = name.to_sym
        @action = action
        @next_state = nil
        @transaction = transaction
        @work = Compiled.new(action || proc {})
      end

      # @param state [Symbol, String] where the task goes afterwards
      # @return [Symbol, String] the same
      def then(state)
        @next_state = state
      end

      def immediate? = true

      # @return [Boolean] whether the author asked for one commit
      def transaction? = @transaction

      # Runs the block with the task as self, then sends the task on.
      # @raise whatever the block raised
      def call(task)
        @work.call(task)
        task.go_to(@next_state)
      end

      # @private
      def compile(klass) = @work.compile(klass, :"__action_#{@name}")

      # @private the compiled block and where it leads, when that is all there is to it
      def short_way = (@work.name && @next_state && !@transaction && instance_of?(ActionHandler)) ? [@work.name, @next_state] : []

      # @private
      def edges = @next_state ? [[@next_state.to_s, nil]] : []

      # @private where the block says `go_to`, and whether it may do so to anywhere
      def block_edges(klass)
        found = @action ? Machine::BlockTargets.of(@action, klass) : Machine::BlockTargets::NOWHERE
        [found.targets.map { |target| [target, nil] }, found.open]
      end
    end
  end
end
