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
          plan.sink.key || [], steps_of(plan.flow.class))
      end

      # @param before [String, nil]
      # @param now [String]
      # @return [Boolean] whether source, order or key are another
      def moved?(before, now) = !before.nil? && Native::Fingerprint.change(before, now) == "identity"

      # As the class says them: what a lambda gives may be another value in each attempt.
      def steps_of(flow_class) = flow_class.declared.steps.map { |step| shown(step, flow_class) }

      # A block may have become a method, whose name is another one in each process.
      def shown(step, flow_class)
        JSON.generate([step.word, step.arguments.map { |name, value| [name, (name == :method) ? code_of(flow_class.instance_method(value)) : shown_value(value)] }])
      end

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
        code ? instructions(code.to_a).inspect : block.arity.to_s
      end

      # Blocks in a block are listings in its listing.
      def instructions(listing)
        listing.last.grep(Array).map do |instruction|
          instruction.grep_v(Hash).map { |part| (part.is_a?(Array) && part.first == listing.first) ? instructions(part) : part }
        end
      end
      private_class_method :steps_of, :shown, :shown_value, :code_of, :instructions

      Expression = Flow::Expression
      private_constant :Expression
    end
  end
end
