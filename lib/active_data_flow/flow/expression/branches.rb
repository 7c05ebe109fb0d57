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
          advice = code && first_branch(code)
          raise ArgumentError, "#{where}: #{advice}, or use transform." if advice
        end

        # @return [String, nil] what to write in place of the first branch
        def first_branch(code)
          column = :column
          said = []
          instructions_of(code).each_cons(2) do |(name, operand), (following, *)|
            return joined(said, name) || "Ruby decides || if ?: case before we can see it. Write row[:#{column}].coalesce(0)" if JUMPS.match?(name)

            said << name
            read = name == :opt_aref_with || (NAMES.include?(name) && READS.include?(following))
            column = operand.to_sym if read && (operand.is_a?(Symbol) || operand.is_a?(String))
          end
          inner_branch(code)
        end

        # Between two comparisons it is no value that is missing.
        def joined(said, jump)
          word, sign = JOINTS[jump]
          "Ruby decides #{word} before we can see it. Write (...) #{sign} (...)" if word && said.last == :dup && COMPARISONS.include?(said[-2])
        end

        JOINTS = {branchunless: %w[&& &], branchif: %w[|| |]}.freeze
        COMPARISONS = %i[opt_eq opt_neq opt_lt opt_le opt_gt opt_ge opt_not].freeze
        private_constant :JOINTS, :COMPARISONS

        NAMES = %i[putobject putstring putchilledstring].freeze
        READS = %i[opt_aref opt_send_without_block send].freeze
        private_constant :NAMES, :READS

        def inner_branch(code)
          found = nil
          code.each_child { |child| found ||= first_branch(child) }
          found
        end

        def instructions_of(code) = code.to_a.last.grep(Array)
        private_class_method :inner_branch, :instructions_of, :joined
      end
    end
  end
end
