# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # Which columns the rows have after the steps, followed by name, without any row.
    class Outline
      # @return [Array<String>] the columns at the end
      attr_reader :names
      # @return [Array<String>] columns that a step or block may have assigned
      attr_reader :assigned

      # @param label [String] of the flow, for messages
      # @param names [Array<String>] of the source
      # @param steps [Array<Step>]
      # @raise [ColumnMismatch] for a step that names a column there is not, with those there are
      def initialize(label, names, steps)
        @label = label
        @names = names.dup
        @assigned = []
        @sure = true
        steps.each { |step| follow(step) }
      end

      # @return [Boolean] whether no block can have added or taken columns
      def sure? = @sure

      # @param step [Step]
      # @return [Array<String>] the columns that it may assign; those of a block nobody knows
      def self.assigned_by(step)
        case step.word
        when :set, :default then step.arguments[:values].keys
        when :cast then step.arguments[:types].keys
        when :derive then [step.arguments[:name]]
        when :lookup then step.arguments[:take].values
        when :mask then step.arguments[:names]
        when :rename then step.arguments[:names].values
        else []
        end
      end

      private

      def follow(step)
        arguments = step.arguments
        case step.word
        when :rename then arguments[:names].each { |from, to| rename(from, to, step) }
        when :cast then known(arguments[:types].keys, step)
        when :default then known(arguments[:values].keys, step)
        when :set then add(arguments[:values].keys)
        when :keep then @names = known(arguments[:names], step).dup
        when :drop then @names -= known(arguments[:names], step)
        when :filter then known(arguments[:wanted]&.keys || arguments[:expression].columns, step)
        when :derive then known(arguments[:expression].columns, step) && add([arguments[:name]])
        when :lookup then known(arguments[:on].keys, step) && add(arguments[:take].values)
        when :mask then known(arguments[:names], step)
        else @sure = false
        end
        @assigned |= self.class.assigned_by(step)
      end

      def rename(from, to, step)
        known([from], step)
        if @names.include?(to)
          raise ColumnMismatch, "#{@label}: rename #{from}: :#{to} at #{step.at}, but there is a #{to} already. Write: drop :#{to} above it."
        end

        @names[@names.index(from)] = to if @names.include?(from)
        @names << to unless @names.include?(to)
      end

      def add(names)
        @names |= names
      end

      # After a block anything may be there.
      def known(names, step)
        missing = @sure ? names - @names : []
        return names if missing.empty?

        raise ColumnMismatch, "#{@label}: #{step.word} at #{step.at} names #{missing.join(", ")}, which the rows do not have there; " \
          "they have #{Operations::Spelling.list(@names)}.#{Operations::Spelling.hint(missing.first, @names)}"
      end
    end
  end
end
