# frozen_string_literal: true

module Operations
  # What {Task} is besides for applications of its ancestor; see lib/operations/compat.rb.
  module Compat
    # A task was refused for what it was given: an `ActiveRecord::RecordInvalid`, which `rescue` also finds by the name of
    # {ValidationError}.
    class RecordInvalid < ::ActiveRecord::RecordInvalid
      # @return [Operations::Task]
      attr_reader :task
      # @return [Operations::Validations::Errors]
      attr_reader :errors

      # @param refusal [ValidationError] what it is called without ActiveRecord
      def initialize(refusal)
        super()
        @record = @task = refusal.task
        @errors = refusal.errors
        @text = refusal.message
      end

      def to_s = @text

      # @private as of {Operations::Error}
      def about(_task) = self
    end

    # An `ActiveModel::UnknownAttributeError`, which `rescue` also finds by the name of {Task::UnknownAttributeError}.
    class UnknownAttributeError < ::ActiveModel::UnknownAttributeError
      # @param task [Operations::Task]
      # @param attribute [Symbol, String]
      # @param text [String]
      def initialize(task, attribute, text)
        super(task, attribute)
        @text = text
      end

      def to_s = @text
    end

    # Only the class itself, not those below it.
    {Error => RecordInvalid, ValidationError => RecordInvalid, Task::UnknownAttributeError => UnknownAttributeError}.each do |ours, twin|
      ours.define_singleton_method(:===) { |error| super(error) || (equal?(ours) && twin === error) }
    end
  end
end
