# frozen_string_literal: true

module Operations
  module Machine
    # The compiled code of one block or method, and of the blocks inside it, as far as {BlockTargets} asks: the states
    # in its `go_to`s, and what it answers.
    class Instructions
      SPLAT = 0x01
      BLOCK = 0x02
      OWN = 0x04 # a call without a receiver, or with self
      GO_ELSEWHERE = %i[jump leave throw].freeze
      TEXTS = %i[putobject putstring putchilledstring].freeze
      JUMPS = /\A(jump|branch|opt_case_dispatch)/
      NO_ANSWER = %i[raise fail go_to].freeze # it never gets there, or what it returns means nothing
      RETURN = 1 # how `throw` says `return`, in a block
      private_constant :NO_ANSWER, :RETURN, :SPLAT, :BLOCK, :OWN, :GO_ELSEWHERE, :TEXTS, :JUMPS

      # @param code [Proc, UnboundMethod]
      # @return [Instructions, nil] nil for what is not written in Ruby, and on a Ruby that cannot tell
      def self.of(code)
        return unless defined?(RubyVM::InstructionSequence)

        compiled = RubyVM::InstructionSequence.of(code)
        compiled && new(compiled)
      end

      # @param compiled [RubyVM::InstructionSequence]
      def initialize(compiled)
        compiled.each_child { |child| inner << Instructions.new(child) }
        *, handlers, body = compiled.to_a
        @rescues = handlers.select { |kind,| kind == :rescue }
        read(body)
      end

      # @param others [Boolean] whether those count that are said to another object
      # @return [Array<String, nil>] the states in all `go_to`s; nil for one that is worked out
      def sent_to(others: false)
        own = @code.each_with_index.flat_map { |instruction, index| target_of(instruction, index, others) || [nil] }
        own + inner.flat_map { |block| block.sent_to(others:) }
      end

      # @return [Array<Symbol>] what is called, whoever receives it
      def all_calls = (calls.map { |call| call[:mid] } + inner.flat_map(&:all_calls)).uniq

      # @return [Array<Symbol>] what is called without a receiver
      def own_calls
        names = calls.filter_map { |call| call[:mid] if own?(call) }
        (names + inner.flat_map(&:own_calls)).uniq
      end

      # @return [Array<String>, nil] what may be returned; nil when it is worked out
      def answers
        return if @rescues.any?

        all([values_of { |name, _| name == :leave }, returned])
      end

      # @private
      # @return [Array<String>, nil] what a `return` says, here or in a block inside
      def returned = all([values_of { |name, kind| name == :throw && kind == RETURN }, *inner.map(&:returned)])

      private

      def values_of
        ends = @code.each_index.select { |index| yield @code[index] }
        all(ends.map { |index| values_at(index) })
      end

      def inner = @inner ||= []

      # Labels and line numbers stand between the instructions.
      def read(body)
        @code = body.grep(Array)
        labels = {}
        body.reduce(0) do |index, entry|
          labels[entry] = index if entry.is_a?(Symbol)
          entry.is_a?(Array) ? index + 1 : index
        end
        note_arrivals(labels)
      end

      # From where each instruction may be come to, beside the one before it; nil: with a value from a `rescue`.
      def note_arrivals(labels)
        @arrivals = Hash.new { [] }
        @rescues.each { |_kind, _code, _from, _to, goes_on| @arrivals[labels[goes_on]] += [nil] }
        @code.each_with_index do |(name, *operands), index|
          next unless JUMPS.match?(name)

          operands.flatten.each { |operand| @arrivals[labels[operand]] += [index] if labels.key?(operand) }
        end
      end

      def calls = @code.flat_map { |instruction| instruction.grep(Hash) }.select { |call| call.key?(:mid) }

      def own?(call) = call[:flag].anybits?(OWN)

      # @return [Array<String>, nil] empty: sends nowhere; nil: somewhere
      def target_of(instruction, index, others)
        return if instruction.first == :putobject && instruction[1] == :go_to # for `send`, or `method`

        call = instruction.grep(Hash).find { |operand| operand[:mid] == :go_to }
        return [] unless call

        plain = (others || own?(call)) && call[:orig_argc] == 1 && call[:flag].nobits?(SPLAT | BLOCK)
        values_at(index) if plain
      end

      # @return [Array<String>, nil] the literals that may be on the stack before this instruction
      def values_at(index, seen = [])
        return [] if seen.include?(index)

        before = @arrivals[index]
        before |= [index - 1] unless index.zero? || GO_ELSEWHERE.include?(@code[index - 1].first)
        all(before.map { |one| value_of(one, seen + [index]) })
      end

      def value_of(index, seen)
        name, value = @code[index] if index
        case name
        when :jump, :nop then values_at(index, seen)
        when :putnil then []
        when :opt_send_without_block then [] if NO_ANSWER.include?(value[:mid]) && own?(value)
        when *TEXTS then [value.to_s] if value.is_a?(Symbol) || value.is_a?(String)
        end
      end

      def all(lists) = (lists.flatten.uniq unless lists.include?(nil))
    end
  end
end
