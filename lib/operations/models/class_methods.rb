# frozen_string_literal: true

module Operations
  module Models
    # The words for class bodies.
    module ClassMethods
      # @return [Hash{String => Definition}] by name, in the order declared
      # @api private
      attr_reader :model_definitions

      # Declares a model kept by reference: a reader that locates it once, when first asked (nil when it is
      # gone), a writer, and `name_id`.
      #
      # @param name [Symbol, String]
      # @param class_name [String, Class, nil] its class; a validation refuses others. Without it, the class is
      #   guessed from the name when a task is read from a storage
      # @return [Symbol] the name
      # @raise [ArgumentError] when the name is taken, or the class name is none
      # @raise [Operations::Error] when the class has been used already
      def has_model(name, class_name = nil)
        declare_model("has_model", Definition.new(self, name, class_name))
      end

      # Declares a list of models. The reader returns a frozen Array in the order assigned, without those that
      # are gone; nil is an empty list, and one object is a list of one.
      #
      # @param (see #has_model)
      # @return (see #has_model)
      # @raise (see #has_model)
      def has_models(name, class_name = nil)
        declare_model("has_models", ListDefinition.new(self, name, class_name))
      end

      # @return [Array<String>] the models, in the order declared
      def model_names = model_definitions.keys

      private

      def declare_model(word, definition)
        name = definition.name
        declaring_attribute(word)
        Operations::Attributes::Names.check(self, word, name, definition.method_names)
        refuse_second_kind(word, name, "an attribute", attribute_definitions)
        field_declared(name, caller_locations(2, 1).first)
        @model_definitions[name] = definition
        remember_writer(name)
        define_model_methods(definition)
        name.to_sym
      end

      def define_model_methods(definition)
        name = definition.name
        attribute_methods.class_eval(<<~RUBY, __FILE__, __LINE__ + 1)
          # frozen_string_literal: true
          def #{name} = _model_object("#{name}")
          def #{name}=(value)
            _write_model("#{name}", value)
          end
        RUBY
        define_id_method(name) if definition.method_names.include?(:"#{name}_id") && !attribute_definitions.key?("#{name}_id")
      end

      def define_id_method(name)
        attribute_methods.class_eval(<<~RUBY, __FILE__, __LINE__ + 1)
          # frozen_string_literal: true
          def #{name}_id = _id_of_model("#{name}")
        RUBY
      end
    end
  end
end
