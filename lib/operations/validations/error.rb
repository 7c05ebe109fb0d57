# frozen_string_literal: true

require_relative "messages"

module Operations
  module Validations
    # One thing that is wrong with one attribute.
    class Error
      # @return [Symbol] the attribute, or :base for the task as a whole
      attr_reader :attribute

      # @return [Symbol, String] :blank, :too_short, ...; or the text that was added
      attr_reader :type

      # @return [Hash{Symbol => Object}] `count:` and `value:`, where the rule has them
      attr_reader :options

      def initialize(task, attribute, type, message: nil, **options)
        @attribute = attribute.to_sym
        @type = type
        @options = options
        @message = -Messages.text(type, message, task, attribute: @attribute, **options)
      end

      # @return [String] "must be greater than 0"
      attr_reader :message

      # @return [String] "amount must be greater than 0"; of :base, the message alone
      def full_message
        (@attribute == :base) ? message : "#{@attribute} #{message}"
      end

      def inspect = "#<#{self.class} #{full_message}>"
    end
  end
end
