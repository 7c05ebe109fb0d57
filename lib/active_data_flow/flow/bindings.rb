# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # The steps of one run: lambdas are called now, on the flow, so that the same values hold for all its rows.
    module Bindings
      module_function

      # @param flow [Base]
      # @param steps [Array<Step>]
      # @return [Array<Step>]
      # @raise [ConfigurationError] for a step that cannot run as the program is configured
      def fill(flow, steps)
        steps.map do |step|
          Program.check(step)
          arguments = step.arguments
          kind = arguments.key?(:values) ? :values : :wanted
          next step unless arguments[kind]&.any? { |_name, value| value.is_a?(Proc) }

          filled = arguments[kind].transform_values { |value| value.is_a?(Proc) ? flow.instance_exec(&value) : value }
          step.with(arguments: arguments.merge(kind => filled).freeze)
        end
      end
    end
  end
end
