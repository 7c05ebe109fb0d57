# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # Declarative steps as the extension takes them: `[word, what, at]`, plain Arrays, Strings and values.
    module Program
      module_function

      # @param steps [Array<Step>] declarative ones, with the values of this run filled in
      # @param types [Hash{String => String, nil}] `sql_type` of the source's columns
      # @param dialect [Symbol, nil] of the source's database
      # @param renamed [Hash{String => String}, nil] names of columns and what they are called in the source, where other
      #   steps come before; nil: the rows come to these steps as the source gave them
      # @param joins [Hash{Step => Array}] how each lookup is printed
      # @return [Native::Steps]
      def native(steps, types: {}, dialect: nil, renamed: nil, joins: {})
        rows = steps.map { |step| [step.word, form(step, joins), label(step)] }
        Native::Steps.new(rows, types.to_a, dialect, renamed ? renamed.to_a : true)
      end

      # @param step [Step]
      # @return [String] as reasons of rejects and refusals name it
      def label(step)
        expression = step.arguments[:expression]
        expression ? expression.label : "#{step.word}, #{step.at}"
      end

      # @param step [Step]
      # @raise [ConfigurationError] for what cannot run as the program is configured
      def check(step)
        secret(step) if step.word == :mask
      end

      # @private
      def form(step, joins)
        arguments = step.arguments
        case step.word
        when :rename then arguments[:names].to_a
        when :keep, :drop then arguments[:names]
        when :cast then arguments[:types].to_a
        when :set, :default then arguments[:values].to_a
        when :filter then arguments[:expression]&.tree || Wanted.tree(arguments[:wanted], label(step))
        when :derive then [arguments[:name], arguments[:expression].tree]
        when :mask then [arguments[:names], secret(step)]
        when :lookup then joins[step] || [nil, arguments[:on].to_a, arguments[:take].to_a, [], arguments[:missing]]
        end
      end

      # @private
      def secret(step)
        ActiveDataFlow.configuration.mask_secret || raise(ConfigurationError, "mask at #{step.at} needs a secret, and there is none. " \
          "Write: ActiveDataFlow.configure { |config| config.mask_secret = ENV.fetch(\"MASK_SECRET\") }")
      end
      private_class_method :form, :secret
    end
  end
end
