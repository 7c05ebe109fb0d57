# frozen_string_literal: true

require_relative "error"

module Operations
  module Validations
    # What is wrong with a task, in the order it was found. Enumerable over {Error}.
    class Errors
      include Enumerable

      def initialize(task)
        @task = task
        @errors = []
      end

      # @param attribute [Symbol, String] or :base for the task as a whole
      # @param type [Symbol, String, Proc] a kind (:blank, :invalid, :inclusion, ...) or the text itself
      # @param options [Hash] `message:` replaces the text; `count:` and `value:` fill %{count} and %{value} in it
      # @return [Error]
      def add(attribute, type = :invalid, **options)
        Error.new(@task, attribute, type, **options).tap { |error| @errors << error }
      end

      # @return [Array<String>] the messages of one attribute, [] when there are none
      def [](attribute) = where(attribute).map(&:message)

      # @return [Array<Error>]
      def where(attribute) = @errors.select { |error| error.attribute == attribute.to_sym }

      def each(&block)
        return to_enum(:each) { size } unless block

        @errors.each(&block)
        self
      end

      # @return [Array<String>] "name is required"
      def full_messages = @errors.map(&:full_message)
      alias_method :to_a, :full_messages

      # @return [Array<String>]
      def full_messages_for(attribute) = where(attribute).map(&:full_message)

      # @return [Hash{Symbol => Array<String>}] messages by attribute, only those that have some
      def messages = @errors.group_by(&:attribute).transform_values { |errors| errors.map(&:message) }
      alias_method :to_hash, :messages

      # @return [Hash{Symbol => Array<String>}] what a response in JSON shows
      def as_json(*) = messages

      # @return [Hash{Symbol => Array<Hash>}] kinds instead of texts: `{amount: [{error: :greater_than, count: 0}]}`
      def details
        @errors.group_by(&:attribute).transform_values { |errors| errors.map { |error| {error: error.type, **error.options} } }
      end

      # @return [Array<Symbol>]
      def attribute_names = @errors.map(&:attribute).uniq

      def empty? = @errors.empty?
      alias_method :blank?, :empty?

      def any?(*pattern, &block)
        (pattern.empty? && block.nil?) ? !empty? : super
      end

      def size = @errors.size

      def count(*item, &block)
        (item.empty? && block.nil?) ? size : super
      end

      # @return [Boolean] whether this attribute has an error
      def include?(attribute) = @errors.any? { |error| error.attribute == attribute.to_sym }
      alias_method :key?, :include?
      alias_method :has_key?, :include?

      # @return [Boolean] whether this very error is there: kind or text, and those options that are named
      def added?(attribute, type = :invalid, **options)
        where(attribute).any? do |error|
          (error.type == type || error.message == type) && options.all? { |name, value| error.options[name] == value }
        end
      end

      # @return [Boolean] the same without options
      def of_kind?(attribute, type = :invalid) = added?(attribute, type)

      # @return [Array<String>, nil] the messages that are gone
      def delete(attribute)
        gone, @errors = @errors.partition { |error| error.attribute == attribute.to_sym }
        gone.map(&:message) unless gone.empty?
      end

      # @return [self]
      def clear
        @errors.clear
        self
      end

      def inspect = "#<#{self.class} [#{full_messages.join(", ")}]>"
    end
  end
end
