# frozen_string_literal: true

module PlainOperations
  # What runs in a state. State names are frozen Strings from the start, so that no step has to make one.
  module Handlers
    class ActionHandler
      attr_reader :next_state

      def initialize(name, &action)
        @name = name.to_s.freeze
        @action = action
      end

      def next_state=(state)
        @next_state = state.to_s.freeze
      end

      def then(state)
        self.next_state = state
        state
      end

      def immediate? = true

      def call(task)
        task.instance_exec(&@action)
        task.go_to(@next_state) if @next_state
      end
    end

    class DecisionHandler
      def initialize(name, &config)
        @name = name.to_s.freeze
        @conditions = []
        @destinations = []
        instance_eval(&config) if config
      end

      def condition(**, &block) = @conditions << block

      def go_to(state) = @destinations << state.to_s.freeze

      def if_true(state)
        @true_state = state.to_s.freeze
      end

      def if_false(state)
        @false_state = state.to_s.freeze
      end

      def immediate? = true

      def call(task)
        target = target_for(task)
        raise NoDecision.new("No conditions matched #{@name}", task) unless target
        task.go_to(target)
      end

      private

      def target_for(task)
        return task.instance_exec(&@conditions.first) ? @true_state : @false_state if @true_state || @false_state
        index = @conditions.index { |condition| task.instance_exec(&condition) }
        index && @destinations[index]
      end
    end

    class WaitHandler < DecisionHandler
      def immediate? = false

      # Nothing matched is not an error here: the task sleeps again. Asking for the target, and not rescuing NoDecision, keeps
      # an error raised inside a condition visible.
      def call(task)
        target = target_for(task)
        target ? task.go_to(target) : task.sleep_until_woken
      end
    end

    class ResultHandler
      def initialize(name)
        @name = name.to_s.freeze
      end

      def immediate? = true

      def call(task) = task.complete
    end

    class InteractionHandler
      # The method closes over the handler: inside the task there is no `@name` to look it up by.
      def initialize(name, task_class, &implementation)
        @name = name.to_s.freeze
        @implementation = implementation
        @states = []
        handler = self
        task_class.define_method(name) { |*args, **options| handler.call(self, *args, **options) }
      end

      def when(*states)
        @states = states.map { |state| state.to_s.freeze }
        self
      end

      def call(task, *args, **options)
        unless @states.empty? || @states.include?(task.current_state)
          raise InvalidState.new("#{@name} cannot be called in #{task.current_state}", task)
        end
        task.instance_exec(*args, **options, &@implementation)
        task.wake_up! if task.waiting?
        task
      end
    end
  end
end
