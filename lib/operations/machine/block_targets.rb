# frozen_string_literal: true

require_relative "instructions"

module Operations
  module Machine
    # Where the author's blocks send a task, read from their compiled code without running them: for the plan's checks and
    # its drawings, never for the run.
    #
    # Methods of the author's that a block calls are read like the block. What cannot be read (a state that is worked
    # out, a block from a Symbol, a Ruby without instruction sequences) makes the answer open: the task may go anywhere.
    module BlockTargets
      # What was read.
      # @!attribute [r] targets
      #   @return [Array<String>] states, each once
      # @!attribute [r] open
      #   @return [Boolean] whether it may also lead to others
      Found = Data.define(:targets, :open) do
        # @return [Array(Array<String>, Boolean)]
        def to_a = [targets, open]
      end
      NOWHERE = Found.new(targets: [].freeze, open: false)
      ANYWHERE = Found.new(targets: [].freeze, open: true)

      # @param block [Proc] says `go_to`
      # @param klass [Class, nil] whose methods it may call
      # @return [Found]
      def self.of(block, klass = nil)
        code = Instructions.of(block)
        return ANYWHERE unless code

        codes = with_methods(code, klass)
        sent = codes.flat_map(&:sent_to)
        Found.new(targets: sent.grep(String).uniq, open: sent.include?(nil))
      end

      # @param block [Proc] returns a state
      # @return [Found]
      def self.answered_by(block, klass = nil)
        answers = Instructions.of(block)&.answers
        return ANYWHERE unless answers

        said = of(block, klass)
        Found.new(targets: answers | said.targets, open: said.open)
      end

      # @param block [Proc] says `go_to` to a task that it is given
      # @param klass [Class]
      # @return [Found]
      def self.told_by(block, klass)
        code = Instructions.of(block)
        return ANYWHERE unless code

        called = with_methods(code, klass, code.all_calls).drop(1)
        sent = code.sent_to(others: true) + called.flat_map(&:sent_to)
        Found.new(targets: sent.grep(String).uniq, open: sent.include?(nil))
      end

      # The code, and that of every method of the author's that is called from it.
      def self.with_methods(code, klass, first = code.own_calls)
        codes = [code]
        seen = []
        codes.each do |one| # grows as it goes
          names = (one.equal?(code) ? first : one.own_calls) - seen
          seen.concat(names)
          codes.concat(names.filter_map { |name| method_code(klass, name) })
        end
      end

      def self.method_code(klass, name)
        return unless klass

        interaction = klass.interaction_handler_for(name) if klass.respond_to?(:interaction_handler_for)
        return Instructions.of(interaction.implementation) if interaction
        return unless klass.method_defined?(name) || klass.private_method_defined?(name)

        method = klass.instance_method(name)
        Instructions.of(method) unless Task.ancestors.include?(method.owner)
      end
      private_class_method :with_methods, :method_code
    end
  end
end
