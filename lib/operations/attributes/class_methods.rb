# frozen_string_literal: true

module Operations
  module Attributes
    # The words for class bodies, and the tables that they fill. Tables are copied to subclasses and frozen when
    # the class is first used.
    module ClassMethods
      # @return [Hash{String => Definition}] by name, in the order declared
      # @api private
      attr_reader :attribute_definitions

      # @return [Hash{String, Symbol => Symbol}] the writer of every attribute and model
      # @api private
      attr_reader :attribute_writers

      # @return [Hash{String => Object}] what a new task begins with: the defaults that all tasks can share
      # @api private
      attr_reader :attribute_template

      # @return [Hash{String => Definition}] the other defaults, which each task makes for itself
      # @api private
      attr_reader :attribute_defaults

      # @return [Hash{String, Symbol => Definition}] those whose writer is not the author's, from the first use on; a
      #   new task takes their values without calling it
      # @api private
      attr_reader :plain_attributes

      # @return [Class] the class that brought attributes in, whose methods no attribute may replace
      # @api private
      attr_reader :attribute_root

      # Declares an attribute: a reader, a writer that casts, `name_changed?`, `name_was`, `name_change`,
      # `saved_change_to_name?`, and `name?` for a boolean.
      #
      # @param name [Symbol, String] not one of the task's own fields or methods, except `:status`
      # @param type [Symbol, nil] see {Operations::Types.names}; nil casts nothing
      # @param field_name [Symbol] read for the sake of older tasks; all attributes are stored together
      # @param options [Hash] `default:` a value, or a Proc that runs in the task when it is created (and whenever
      #   nil is read); decimal also takes `precision:` and `scale:`
      # @return [Symbol] the name
      # @raise [ArgumentError] for an unknown type or option, or a name that is taken
      # @raise [Operations::Error] when the class has been used already
      def has_attribute(name, type = :string, field_name: :data, **options)
        declaring_attribute("has_attribute")
        definition = Definition.new(self, name, type, **options)
        Names.check(self, "has_attribute", name, Accessors.method_names(name, definition.type))
        refuse_second_kind("has_attribute", definition.name, "a model", model_definitions)
        field_declared(name, caller_locations(1, 1).first)
        remember_attribute(definition)
        Accessors.define(attribute_methods, definition, attribute_definitions)
        name.to_sym
      end

      # @return [Array<String>] the attributes, in the order declared
      def attribute_names = attribute_definitions.keys

      # @return [Array<Symbol>] what neither an attribute nor a model may be called
      def reserved_attribute_names = Names::SYSTEM_FIELDS

      # @return [String] what messages call this class
      # @api private
      def attribute_label = name || "An anonymous class"

      # After this, a declaration raises. Called when the class is first used.
      # @api private
      def freeze_attribute_tables
        @plain_attributes = find_plain_attributes unless @attribute_definitions.frozen?
        [@attribute_definitions, @attribute_writers, @attribute_template, @attribute_defaults, @model_definitions].each(&:freeze)
        freeze_validation_tables if respond_to?(:freeze_validation_tables)
        self
      end

      private

      def start_attribute_tables
        @attribute_root = self
        @attribute_definitions = {}
        @attribute_writers = {}
        @attribute_template = {}
        @attribute_defaults = {}
        @plain_attributes = NONE
        @model_definitions = {}
      end

      # Called on the subclass by `inherited`.
      def copy_attribute_tables(parent)
        @attribute_root = parent.attribute_root
        @attribute_definitions = parent.attribute_definitions.dup
        @attribute_writers = parent.attribute_writers.dup
        @attribute_template = parent.attribute_template.dup
        @attribute_defaults = parent.attribute_defaults.dup
        @plain_attributes = NONE
        @model_definitions = parent.model_definitions.dup
      end

      def declaring_attribute(word)
        return unless @attribute_definitions.frozen?

        raise Operations::Error, "#{attribute_label} has run already; declare #{word} before its first use"
      end

      def remember_attribute(definition)
        name = definition.name
        @attribute_definitions[name] = definition
        remember_writer(name)
        @attribute_template.delete(name)
        @attribute_defaults.delete(name)
        return unless definition.default?

        definition.constant? ? @attribute_template[name] = definition.default_for(nil) : @attribute_defaults[name] = definition
      end

      def find_plain_attributes
        plain = @attribute_definitions.select { |name, _| GeneratedMethods === instance_method(:"#{name}=").owner }
        plain.flat_map { |name, definition| [[name, definition], [name.to_sym, definition]] }.to_h.freeze
      end

      def remember_writer(name)
        @attribute_writers[name] = @attribute_writers[name.to_sym] = :"#{name}="
      end

      # For whoever has more than attributes; see {Machine::DSL}.
      def field_declared(_name, _where) = nil

      def refuse_second_kind(word, name, kind, others)
        return unless others.key?(name)

        raise ArgumentError, "#{attribute_label}: #{word} :#{name}, but #{name} is #{kind} already. Give one of them another name."
      end

      # One module a class, so that the author's own methods of the same names come first and may call super.
      def attribute_methods
        @attribute_methods ||= GeneratedMethods.new.tap do |methods|
          const_set(:GeneratedAttributeMethods, methods)
          private_constant :GeneratedAttributeMethods
          include methods
        end
      end
    end
  end
end
