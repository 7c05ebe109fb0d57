# frozen_string_literal: true

module Operations
  module Attributes
    # No attributes, no models; shared by all tasks that have none.
    NONE = {}.freeze

    # One `has_attribute` line: its type, and what a task has before anything is assigned.
    class Definition
      # @return [String] frozen
      attr_reader :name

      # @return [Operations::Types::Type]
      attr_reader :type

      # @return [Module] see {Operations::Types::Type#own}
      attr_reader :own

      # @param owner [Class] the class that declares
      # @param default [Object, Proc, nil] a Proc runs in the task
      def initialize(owner, name, type, default: nil, **options)
        @owner = owner
        @name = -name.to_s
        @type = build_type(type, options)
        @own = @type.own
        @default = default.is_a?(Proc) ? default : Types::JsonSafe.deep_freeze(serialise(default))
      end

      def default? = !@default.nil?

      # @return [Boolean] whether all tasks can have the same object as their default
      def constant? = default? && !@default.is_a?(Proc) && !(@type.mutable? && (Array === @default || Hash === @default))

      # @return [Object, nil] what a new task begins with, serialised and frozen, where that is known beforehand
      def beginning = @default.is_a?(Proc) ? nil : @default

      # @return [Object, nil] the default in its serialised form, a copy where it could be changed
      def default_for(task)
        return serialise(task.instance_exec(&@default)) if @default.is_a?(Proc)

        constant? ? @default : Types::JsonSafe.copy(@default)
      end

      # @raise [ArgumentError] naming class, attribute and type
      def serialise(value)
        @type.serialise(value)
      rescue Types::CastError => error
        raise ArgumentError, "#{@owner.attribute_label} has attribute :#{@name} of type #{@type.name.inspect}, which cannot hold #{error.message}."
      end

      private

      def build_type(name, options)
        Types.fetch(name, **options)
      rescue ArgumentError => error
        raise ArgumentError, "#{@owner.attribute_label}: has_attribute :#{@name}, #{name.inspect}: #{explain(error, name, options)}"
      end

      def explain(error, name, options)
        known = option_names(name)
        unknown = options.keys - known
        return error.message if unknown.empty? || !known_type?(name)

        OptionNames.refusal(unknown.first, known)
      end

      def known_type?(name) = name.nil? || Types.names.include?(name.to_sym)

      def option_names(name) = %i[default field_name] + ((name&.to_sym == :decimal) ? %i[precision scale] : [])
    end
  end
end
