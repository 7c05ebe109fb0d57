# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a stored cursor belongs to: the source, its order and the key, without which a cursor means nothing, and the
    # steps, with which the rows behind the cursor were made. Which of the two has changed says the core.
    module Fingerprint
      module_function

      # @param plan [Plan]
      # @return [String]
      def of(plan)
        source = plan.source
        Native::Fingerprint.of(JSON.generate([source.description, *plan.sinks.map { |member| member.sink.description }]), source.cursor, source.directions,
          plan.sink.key || [], plan.steps.map { |step| shown(step) })
      end

      # @param before [String, nil]
      # @param now [String]
      # @return [Boolean] whether source, order or key are another
      def moved?(before, now) = !before.nil? && Native::Fingerprint.change(before, now) == "identity"

      def shown(step) = JSON.generate([step.word, step.arguments.map { |name, value| [name, shown_value(value)] }])

      def shown_value(value)
        case value
        when Expression then value.tree.inspect
        when Proc then code_of(value)
        when Hash then value.map { |key, inner| [key.to_s, shown_value(inner)] }
        else value.to_s
        end
      end

      # The instructions without lines and paths, so that a block that was moved is the same block.
      def code_of(block)
        code = RubyVM::InstructionSequence.of(block) if defined?(RubyVM::InstructionSequence)
        code ? code.to_a.last.grep(Array).map { |instruction| instruction.grep_v(Hash).inspect }.join : block.arity.to_s
      end
      private_class_method :shown, :shown_value, :code_of

      Expression = Flow::Expression
      private_constant :Expression
    end
  end
end
