# frozen_string_literal: true

require_relative "../types"
require_relative "../validations/errors"
require_relative "../validations/rule"
require_relative "../validations/presence"
require_relative "../validations/absence"
require_relative "../validations/numericality"
require_relative "../validations/inclusion"
require_relative "../validations/exclusion"
require_relative "../validations/length"
require_relative "../validations/format"
require_relative "../validations/check"
require_relative "../validations/class_methods"

module Operations
  module Machine
    # Rules about what a task may be given, asked at creation, `update` and `save!`, not at transitions.
    # Needs {Attributes}; {Models} adds the rule that a model is of its declared class. What it works with lives in
    # {Operations::Validations}.
    module Validations
      def self.included(host)
        host.extend Operations::Validations::ClassMethods
        host.send(:start_validation_tables)
      end

      # @return [Operations::Validations::Errors] what the last {#valid?} found, and what was added since
      def errors
        @_errors ||= Operations::Validations::Errors.new(self)
      end

      # Forgets the errors there were and asks every rule.
      # @return [Boolean]
      def valid?
        @_errors&.clear
        self.class.validation_rules.each { |rule| rule.validate(self) }
        _check_model_classes unless @_model_objects.empty?
        @_errors.nil? || @_errors.empty?
      end
      alias_method :validate, :valid?

      # @return [Boolean]
      def invalid? = !valid?

      # @return [true]
      # @raise [Operations::ValidationError] with the texts ("name is required"), the task and its errors
      def validate!
        return true if valid?

        raise _refusal
      end

      private

      def _refusal = ValidationError.new(errors.full_messages.join(", "), self, errors)

      def _check_model_classes
        @_model_objects.each do |name, objects|
          definition = self.class.model_definitions[name]
          misfit = definition.misfit(objects)
          next if misfit.nil?

          text = "must be #{Spelling.article(definition.class_name)}, is #{Spelling.article(misfit.class)}"
          errors.add(name, :invalid, message: text)
        end
      end
    end
  end
end
