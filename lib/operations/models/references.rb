# frozen_string_literal: true

module Operations
  module Models
    # Between an object and what is stored for it; the storage in use knows both ways.
    module References
      # @param objects [Object, Array, nil] what was assigned
      # @return [Hash, Array<Hash>, nil] what is stored, JSON-safe
      # @raise [ArgumentError] when a model has no id yet, or its class no name
      def self.to(definition, objects)
        return nil if objects.nil?

        definition.list? ? objects.map { |object| one_to(definition, object) } : one_to(definition, objects)
      end

      # @param stored [Hash, Array<Hash>, nil]
      # @return [Object, Array, nil] what it stands for, without what is gone; of a list a frozen Array
      # @raise [Operations::Error] for a class that was not declared
      def self.locate(definition, stored, task)
        return locate_one(definition, stored, task) unless definition.list?

        references = (Array === stored) ? stored : [stored]
        references.filter_map { |reference| locate_one(definition, reference, task) }.freeze
      end

      def self.one_to(definition, object)
        reference = Types::JsonSafe.copy(Operations.storage.serialise_model(object))
        missing = %w[id type].find { |key| reference[key].nil? }
        return reference unless missing

        raise ArgumentError, "#{definition.label} cannot be stored: #{Spelling.article(object.class)} without " \
          "#{(missing == "id") ? "an id. Save it first" : "a class name. Give its class a constant"}."
      end

      def self.locate_one(definition, reference, task)
        return nil if reference.nil?

        class_name = definition.class_name_for(reference["type"], task)
        Operations.storage.deserialise_model(reference.transform_keys(&:to_sym), class_name)
      end
      private_class_method :one_to, :locate_one
    end
  end
end
