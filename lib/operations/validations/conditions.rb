# frozen_string_literal: true

module Operations
  module Validations
    # `if:` and `unless:`, and values that are only known when a task is there: a Symbol is a method of the task
    # (private ones too), a Proc runs in the task and may take it as its argument.
    class Conditions
      NAMES = %i[if unless].freeze
      NO_ON = "on: names a moment that tasks do not have: they are validated at creation, update and save!. Write if: instead"

      # @return [Conditions, nil] nil when there are none, so that nothing has to be asked
      def self.from(options) = (new(options) if NAMES.any? { |name| options[name] })

      def initialize(options)
        @if = list(:if, options[:if])
        @unless = list(:unless, options[:unless])
      end

      # @return [Boolean]
      def hold?(task)
        @if.all? { |condition| Conditions.resolve(condition, task) } &&
          @unless.none? { |condition| Conditions.resolve(condition, task) }
      end

      # @param value [Symbol, Proc, Object]
      # @return [Object] what it stands for in this task
      def self.resolve(value, task)
        case value
        when Symbol then task.send(value)
        when Proc then value.arity.zero? ? task.instance_exec(&value) : task.instance_exec(task, &value)
        else value.respond_to?(:call) ? value.call(task) : value
        end
      end

      private

      def list(name, conditions)
        conditions = [conditions].flatten.compact
        wrong = conditions.find { |condition| !(Symbol === condition || condition.respond_to?(:call)) }
        return conditions if wrong.nil?

        raise ArgumentError, "#{name}: takes the name of a method as a Symbol, or a Proc, not #{wrong.inspect}"
      end
    end
  end
end
