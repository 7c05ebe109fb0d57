# frozen_string_literal: true

module Operations
  module Handlers
    # A state that chooses where to go: by the first condition that holds, or by one condition and two answers.
    class DecisionHandler
      include Conditions

      # @param name [Symbol, String]
      # @yield the words `condition`, `go_to`, `if_true`, `if_false`
      def initialize(name, &config)
        clear_conditions(name)
        @true_state = nil
        @false_state = nil
        configure(&config)
      end

      # @param state [Symbol, String, nil]
      # @yield instead of a state: runs with the task as self and returns the state, or moves the task itself
      def if_true(state = nil, &block)
        @true_work = (Compiled.new(block) if block)
        @true_state = state || block
      end

      # (see #if_true)
      def if_false(state = nil, &block)
        @false_work = (Compiled.new(block) if block)
        @false_state = state || block
      end

      # @private
      def mistake
        return super unless answers?
        return "if_true and if_false answer one condition, go_to answers each of many: write one way or the other" if @destinations.any?

        "if_true and if_false answer one condition, and there are #{@tests.size}: write go_to :state below each" if @tests.size > 1
      end

      def immediate? = true

      # @raise [NoDecision] when no condition holds
      def call(task)
        answers? ? answer(task) : choose(task)
      end

      # @private
      def compile(klass)
        super
        @true_work&.compile(klass, :"__if_true_#{@name}")
        @false_work&.compile(klass, :"__if_false_#{@name}")
      end

      # @private
      def edges
        return super unless answers?

        answers.filter_map { |state, label| [state.to_s, label] unless state.nil? || state.is_a?(Proc) }
      end

      # @private what the blocks of if_true and if_false answer, and whether that may be anything
      def block_edges(klass)
        found = answers.filter_map { |block, label| [Machine::BlockTargets.answered_by(block, klass), label] if block.is_a?(Proc) }
        edges = found.flat_map { |answer, label| answer.targets.map { |target| [target, label] } }
        [edges, found.any? { |answer, _label| answer.open }]
      end

      # @private the compiled condition and its two answers, when that is all there is to it
      def short_way
        states = [@true_state, @false_state]
        plain = @tests.size == 1 && @destinations.empty? && states.none? { |state| state.nil? || state.is_a?(Proc) }
        (plain && @tests.first.name && instance_of?(DecisionHandler)) ? [@tests.first.name, *states] : []
      end

      private

      def kind = "decision"

      def words = %i[condition go_to if_true if_false]

      def tested = "condition"

      def elsewhere(word) = (" Write: wait_until :#{@name} do ... end, for what ends by time" if word == :after)

      def answers = [[@true_state, "yes"], [@false_state, "no"]]

      def answers? = !(@true_state.nil? && @false_state.nil?)

      def answer(task)
        raise NoDecision, "No condition is given in #{@name}: write condition { ... } above if_true" if @tests.empty?

        state, work = @tests.first.call(task) ? [@true_state, @true_work] : [@false_state, @false_work]
        return answer_by(work, task) if state.is_a?(Proc)

        go(task, state)
      end

      # A block that says `go_to` has answered: what it returns then means nothing.
      def answer_by(work, task)
        before = task.current_state
        state = work.call(task)
        go(task, state) unless task.is_a?(Task) && task._left?(before)
      end

      def go(task, state)
        raise NoDecision, "No conditions matched #{@name}" unless state

        task.go_to(state)
      end

      def choose(task)
        index = first_match(task)
        raise NoDecision, "No conditions matched #{@name}" unless index

        task.go_to(@destinations[index])
      end
    end
  end
end
