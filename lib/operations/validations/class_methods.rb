# frozen_string_literal: true

module Operations
  module Validations
    # The words for class bodies. They check everything that can be known while the class loads.
    module ClassMethods
      RULES = {
        presence: Presence, absence: Absence, numericality: Numericality, inclusion: Inclusion,
        exclusion: Exclusion, length: Length, format: Format
      }.freeze
      SHARED = %i[if unless allow_nil allow_blank message].freeze
      private_constant :RULES, :SHARED

      # @return [Array<Rule, Check>]
      # @api private
      attr_reader :validation_rules

      # @param names [Array<Symbol, String>] attributes, models, or any method of the task
      # @param rules [Hash] `presence: true`, `numericality: {greater_than: 0}`, `inclusion: %w[a b]`,
      #   `length: {minimum: 3}`, `format: /x/`, ...; and for all of them `if:`, `unless:`, `allow_nil:`,
      #   `allow_blank:`, `message:`
      # @return [void]
      # @raise [ArgumentError] for an unknown rule or option, naming those there are
      def validates(*names, **rules)
        declaring_attribute("validates")
        refuse_validation_on(rules)
        shared = rules.slice(*SHARED)
        rules = rules.except(*SHARED)
        raise ArgumentError, "#{attribute_label}: validates #{Spelling.list(names)} needs a rule: #{validation_rule_list}." if rules.empty?
        raise ArgumentError, "#{attribute_label}: validates needs the name of an attribute." if names.empty?

        rules.each { |kind, options| add_validation_rule(kind, names, options, shared) }
      end

      # @param methods [Array<Symbol>] run in the task, to call `errors.add`; a block does the same
      # @param conditions [Hash] `if:` and `unless:`
      # @return [void]
      # @raise [ArgumentError] for another option, or when there is nothing to call
      def validate(*methods, **conditions, &block)
        declaring_attribute("validate")
        refuse_validation_on(conditions)
        calls = [*methods, *block]
        raise ArgumentError, "#{attribute_label}: validate needs the name of a method, or a block." if calls.empty?

        calls.each { |call| validation_rules << naming_validation("validate") { Check.new(call, conditions) } }
      end

      # @api private
      def freeze_validation_tables
        @validation_rules.freeze
        self
      end

      private

      def start_validation_tables
        @validation_rules = []
      end

      # Called on the subclass by `inherited`.
      def copy_validation_tables(parent)
        @validation_rules = parent.validation_rules.dup
      end

      def add_validation_rule(kind, names, options, shared)
        return unless options

        rule = RULES.fetch(kind) do
          raise ArgumentError, "#{attribute_label}: validates #{Spelling.list(names)} knows no rule #{kind}:; " \
            "possible are #{validation_rule_list}.#{Spelling.hint(kind, RULES.keys)}"
        end
        validation_rules << naming_validation("validates #{Spelling.list(names)}, #{kind}") { rule.build(names, options, shared) }
      end

      def validation_rule_list = RULES.keys.map { |kind| "#{kind}:" }.join(", ")

      def refuse_validation_on(options)
        raise ArgumentError, "#{attribute_label}: #{Conditions::NO_ON}." if options.key?(:on)
      end

      def naming_validation(line)
        yield
      rescue ArgumentError => error
        raise ArgumentError, "#{attribute_label}: #{line}: #{error.message}."
      end
    end
  end
end
