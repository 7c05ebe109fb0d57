# frozen_string_literal: true

require_relative "../types"
require_relative "../task/unknown_attribute_error"
require_relative "../attributes/definition"
require_relative "../attributes/names"
require_relative "../attributes/accessors"
require_relative "../attributes/class_methods"
require_relative "../attributes/restoring"
require_relative "../attributes/changes"

module Operations
  module Machine
    # Typed attributes, stored in `@_attributes` in their serialised form (see {Operations::Types}). The class that
    # includes this module calls `initialize_attributes` or `restore_data` before anything else.
    #
    # What it works with lives in {Operations::Attributes}: a constant in here would be found, before the author's own
    # of that name, by whatever is written in a task's class body; and a private method may be the author's name too.
    module Attributes
      include Operations::Attributes::Changes

      def self.included(host)
        host.extend Operations::Attributes::ClassMethods
        host.send(:start_attribute_tables)
      end

      # @return [Hash{String => Object}] the declared attributes with their cast values; a new Hash
      def attributes
        self.class.attribute_definitions.to_h { |name, _| [name, _read_attribute(name)] }
      end

      # Assigns attributes and models through their writers. What is not named keeps its value.
      # @param values [Hash{String, Symbol => Object}]
      # @raise [Task::UnknownAttributeError] naming what the class has
      # @raise [ArgumentError] when a type cannot hold a value
      # @return [self]
      def assign_attributes(values)
        writers = self.class.attribute_writers
        values.each { |name, value| public_send(writers[name] || _unknown_attribute(name), value) }
        self
      end

      # The same, as an assignment.
      def attributes=(values)
        assign_attributes(values)
      end

      # The start of a new task: what was given, then the default of everything else.
      # @api private
      def initialize_attributes(given = Operations::Attributes::NONE)
        klass = self.class
        _start_attribute_data({**klass.attribute_template}, Operations::Attributes::NONE, true)
        _assign_first(klass, given) unless given.empty?
        _make_defaults(klass.attribute_defaults) unless klass.attribute_defaults.empty?
      end

      # The start of a task that comes out of a storage. Names that the class does not declare (any more) are kept
      # as they are, so that a deploy that is rolled back loses nothing; values that were stored under another type
      # are cast to the present one.
      # @param attributes [Hash, nil] keys String or Symbol, also inside; a Hash that is as it was stored belongs to
      #   the task from here on, and so does what is in it
      # @param models [Hash, nil] references by name, likewise
      # @api private
      def restore_data(attributes, models)
        restoring = Operations::Attributes::Restoring
        _start_attribute_data(restoring.attributes(attributes, self.class.attribute_definitions), restoring.models(models), false)
      end

      # @return [Hash{String => Object}] the live Hash of serialised values; not to be changed
      # @api private
      def serialised_attributes
        _serialise_shared_attributes if @_shared_attributes
        @_attributes
      end

      private

      def _start_attribute_data(attributes, models, unsaved)
        @_attributes = attributes
        @_models = models
        @_model_objects = Operations::Attributes::NONE
        @pending_models = nil
        @_changed_attributes = nil
        @_saved_attributes = nil
        @_unsaved = unsaved
        @_shared_attributes = nil
        @_given = nil
        @_errors = nil
      end

      # As {#assign_attributes} does, without calling the writers that only cast.
      def _assign_first(klass, given)
        plain = klass.plain_attributes
        attributes = @_attributes
        given.each do |name, value|
          definition = plain[name]
          if definition
            _keep_given(definition.name, value) unless definition.own === value
            next attributes[definition.name] = definition.serialise(value)
          end
          public_send(klass.attribute_writers[name] || _unknown_attribute(name), value)
        end
        _begin_anew(attributes, klass.attribute_template)
      end

      # Who gives nil gets what nil reads as, and so the same task, for `unique_by`, or run as who gives nothing.
      def _begin_anew(attributes, template)
        template.each_pair { |name, default| attributes[name] = default if attributes[name].nil? }
      end

      def _make_defaults(definitions)
        definitions.each do |name, definition|
          @_attributes[name] = definition.default_for(self) if @_attributes[name].nil?
        end
      end

      # What the generated readers return, by name, whatever the author has made of the reader.
      def _read_attribute(name)
        stored = @_attributes[name]
        return _attribute_default(name) if stored.nil?

        type = self.class.attribute_definitions[name].type
        _share_attribute(name, stored) if type.mutable? && !stored.frozen?
        type.deserialise(stored)
      end

      # A default read where nil is stored is frozen: a change to it would go nowhere.
      def _attribute_default(name)
        definition = self.class.attribute_definitions[name]
        definition.type.deserialise(Types::JsonSafe.deep_freeze(definition.default_for(self)))
      end

      def _serialise_attribute(name, value) = self.class.attribute_definitions[name].serialise(value)

      def _deserialise_attribute(name, stored) = self.class.attribute_definitions[name].type.deserialise(stored)

      def _unknown_attribute(name)
        known = self.class.attribute_names + self.class.model_names
        raise Task::UnknownAttributeError,
          "#{self.class.attribute_label} has no attribute :#{name}; it has #{Spelling.list(known)}.#{Spelling.hint(name, known)}"
      end
    end
  end
end
