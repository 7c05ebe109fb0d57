# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    class Expression
      # Finds in the compiled code of a block what Ruby would decide before an expression could see it.
      module Branches
        JUMPS = /\A(branch|opt_case_dispatch|throw|once)/
        private_constant :JUMPS

        module_function

        # @param block [Proc]
        # @param where [String] for the message
        # @raise [ArgumentError] when the block branches
        def refuse(block, where)
          code = RubyVM::InstructionSequence.of(block) if defined?(RubyVM::InstructionSequence)
          found = code && first_branch(code)
          return unless found

          raise ArgumentError, "#{where}: Ruby decides || if ?: case before we can see it. " \
            "Write row[:#{found}].coalesce(0), or use transform."
        end

        # @return [Symbol, nil] the column that was read last before the first branch
        def first_branch(code)
          column = :column
          instructions_of(code).each_cons(2) do |(name, operand), (following, *)|
            return column if JUMPS.match?(name)

            read = name == :opt_aref_with || (NAMES.include?(name) && READS.include?(following))
            column = operand.to_sym if read && (operand.is_a?(Symbol) || operand.is_a?(String))
          end
          inner_branch(code)
        end

        NAMES = %i[putobject putstring putchilledstring].freeze
        READS = %i[opt_aref opt_send_without_block send].freeze
        private_constant :NAMES, :READS

        def inner_branch(code)
          found = nil
          code.each_child { |child| found ||= first_branch(child) }
          found
        end

        def instructions_of(code) = code.to_a.last.grep(Array)
        private_class_method :inner_branch, :instructions_of
      end
    end
  end
end
