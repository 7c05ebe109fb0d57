# frozen_string_literal: true

require_relative "conditions"

module Operations
  module Validations
    # A `validate` line: a method or block of the author's, which adds errors itself.
    class Check
      def initialize(call, conditions)
        unknown = conditions.keys - Conditions::NAMES
        raise ArgumentError, "there is no option #{unknown.first}:; possible are if:, unless:" unless unknown.empty?
        raise ArgumentError, "#{call.inspect} is no name of a method" unless Symbol === call || Proc === call || String === call

        @call = (String === call) ? call.to_sym : call
        @conditions = Conditions.from(conditions)
      end

      # @return [Array<Symbol>] the method it calls, if it is none of those that are blocks
      def method_names = (Symbol === @call) ? [@call] : []

      # Runs the author's method or block, which adds to the task's errors itself.
      # @param task [Object] with `errors`
      def validate(task)
        Conditions.resolve(@call, task) if @conditions.nil? || @conditions.hold?(task)
      end
    end
  end
end
