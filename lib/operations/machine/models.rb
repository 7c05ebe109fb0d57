# frozen_string_literal: true

require_relative "../inflector"
require_relative "../models/definition"
require_relative "../models/list_definition"
require_relative "../models/references"
require_relative "../models/class_methods"

module Operations
  module Machine
    # Objects that live somewhere else, kept by reference: `@_models` has `{"id" => 7, "type" => "User"}` by name,
    # `@_model_objects` what was assigned or has been located, `@pending_models` the names assigned since the last
    # save, true while they are not in `@_models` yet. Needs {Attributes}; what it works with lives in
    # {Operations::Models}.
    module Models
      def self.included(host)
        host.extend Operations::Models::ClassMethods
      end

      # @return [Hash{String => Object, Array, nil}] the declared models, located now where they were not before
      def models
        self.class.model_definitions.to_h { |name, _| [name, _model_object(name)] }
      end

      # @return [Hash{String => Hash, Array<Hash>, nil}] the live Hash of references; not to be changed
      # @raise [ArgumentError] when a model has no id yet
      # @api private
      def serialised_models
        _refer_to_assigned_models if @pending_models
        @_models
      end

      private

      def _model_object(name)
        @_model_objects.fetch(name) do
          definition = self.class.model_definitions[name]
          _keep_model_object(name, Operations::Models::References.locate(definition, @_models[name], self))
        end
      end

      def _write_model(name, value)
        definition = self.class.model_definitions[name]
        objects = definition.objects_from(value)
        _remember_attribute_change(name, @_models[name])
        _keep_model_object(name, objects)
        (@pending_models ||= {})[name] = true
        definition.remember(objects)
      end

      def _keep_model_object(name, objects)
        @_model_objects = @_model_objects.dup if @_model_objects.frozen?
        @_model_objects[name] = objects
      end

      def _id_of_model(name)
        return @_model_objects[name]&.id if @pending_models&.fetch(name, false)

        @_models[name]&.fetch("id")
      end

      def _models_saved
        _refer_to_assigned_models
        @pending_models = nil
      end

      def _refer_to_assigned_models
        names = @pending_models.filter_map { |name, pending| name if pending }
        return if names.empty?

        definitions = self.class.model_definitions
        references = names.to_h { |name| [name, Operations::Models::References.to(definitions[name], @_model_objects[name])] }
        @_models = @_models.merge(references)
        names.each { |name| @pending_models[name] = false }
      end
    end
  end
end
