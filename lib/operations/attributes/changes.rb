# frozen_string_literal: true

module Operations
  module Attributes
    # What was changed since the task was last stored. By assignment: `@_changed_attributes` has what was there before
    # (of models too), and a task that was never stored (`@_unsaved`) is compared with what a new one begins with.
    # In place: an Array or Hash that a reader has handed out may be changed by whoever holds it, so a copy is kept
    # (`@_shared_attributes`) and compared when somebody asks; reading alone changes nothing.
    module Changes
      # @return [Boolean] whether an attribute or model differs from what was last stored
      def changed?
        _unsaved_attribute_names.any? { |name| !self.class.attribute_definitions.key?(name) || _attribute_differs?(name) }
      end

      # @return [Hash{String => Array(Object, Object)}] attributes only: what was stored, and what is there now
      def changes
        _unsaved_attribute_names.each_with_object({}) do |name, changes|
          change = _attribute_difference(name) if self.class.attribute_definitions.key?(name)
          changes[name] = change if change
        end
      end

      # Asked at every transition.
      # @return [Boolean] whether attributes or models have to be stored
      # @api private
      def _data_changed?
        !@_changed_attributes.nil? || @_unsaved || (!@_shared_attributes.nil? && _shared_attributes_changed?)
      end

      # Called when attributes and models have been stored.
      # @api private
      def data_saved!
        _models_saved if @pending_models
        @_saved_attributes = @_unsaved ? :all : @_changed_attributes
        @_changed_attributes = nil
        @_given = nil
        @_unsaved = false
        _shared_attributes_saved if @_shared_attributes && _shared_attributes_changed?
      end

      # @return [Hash{String => Object}] what was assigned or changed in place since, attributes and models, to be
      #   assigned to a task that was read anew
      # @api private
      def unsaved_data
        data = _unsaved_attribute_names.to_h do |name|
          [name, self.class.attribute_definitions.key?(name) ? _read_attribute(name) : _model_object(name)]
        end
        @_given ? data.merge(@_given) : data
      end

      # @param name [Symbol]
      # @return [Object] what was assigned to an attribute of a number and is none ("12abc"), until it is saved;
      #   otherwise the block's value
      # @api private
      def _given_for(name)
        @_given ? @_given.fetch(name.name) { yield } : yield
      end

      private

      # As Rails does: a number is made of whatever is assigned, but the validation judges what was assigned.
      def _keep_given(name, value)
        return @_given&.delete(name) if self.class.attribute_definitions[name].own === value || Types.blank?(value)

        (@_given ||= {})[name] = (String === value) ? value.dup.freeze : value
      end

      def _write_attribute(name, stored)
        before = @_attributes[name]
        return if Types::JsonSafe.same?(before, stored)

        before = @_shared_attributes.delete(name) { before } if @_shared_attributes
        _remember_attribute_change(name, before)
        @_attributes[name] = stored
      end

      def _remember_attribute_change(name, before)
        @_changed_attributes ||= {}
        @_changed_attributes[name] = before unless @_changed_attributes.key?(name)
      end

      def _share_attribute(name, stored)
        @_shared_attributes ||= {}
        @_shared_attributes[name] = Types::JsonSafe.copy(stored) unless @_shared_attributes.key?(name)
      end

      # In what was stored, serialised.
      def _attribute_stored_before(name)
        return self.class.attribute_definitions[name].beginning if @_unsaved
        return @_changed_attributes[name] if @_changed_attributes&.key?(name)

        @_shared_attributes ? @_shared_attributes.fetch(name) { @_attributes[name] } : @_attributes[name]
      end

      def _attribute_differs?(name)
        !Types::JsonSafe.same?(_attribute_stored_before(name), @_attributes[name])
      end

      def _attribute_before(name)
        before = _attribute_stored_before(name)
        return _attribute_default(name) if before.nil?

        _deserialise_attribute(name, Types::JsonSafe.deep_freeze(Types::JsonSafe.copy(before)))
      end

      def _attribute_difference(name)
        [_attribute_before(name), _read_attribute(name)] if _attribute_differs?(name)
      end

      # The first save has no list: what it changed is what differs from the beginning.
      def _attribute_saved?(name)
        return @_saved_attributes ? @_saved_attributes.key?(name) : false unless @_saved_attributes == :all

        !Types::JsonSafe.same?(self.class.attribute_definitions[name].beginning, _attribute_stored_before(name))
      end

      # One pass, and no object made.
      def _shared_attributes_changed?
        @_shared_attributes.each_pair { |name, copy| return true unless Types::JsonSafe.same?(copy, @_attributes[name]) }
        false
      end

      def _shared_attribute_names
        @_shared_attributes.filter_map { |name, copy| name unless Types::JsonSafe.same?(copy, @_attributes[name]) }
      end

      def _shared_attributes_saved
        saved = _shared_attribute_names.to_h { |name| [name, @_shared_attributes[name]] }
        saved.each_key { |name| @_shared_attributes[name] = Types::JsonSafe.copy(@_attributes[name]) }
        @_saved_attributes = saved.merge(@_saved_attributes || {}) unless @_saved_attributes == :all
      end

      def _unsaved_attribute_names
        names = @_changed_attributes ? @_changed_attributes.keys : []
        names |= @_attributes.keys.select { |name| _declared_and_different?(name) } if @_unsaved
        @_shared_attributes ? names | _shared_attribute_names : names
      end

      def _declared_and_different?(name) = self.class.attribute_definitions.key?(name) && _attribute_differs?(name)

      # Whoever changed a Hash in place may have put a Symbol or a Time into it.
      def _serialise_shared_attributes
        _shared_attribute_names.each do |name|
          value = @_attributes[name]
          @_attributes[name] = _serialise_attribute(name, value) unless Types::JsonSafe.safe?(value)
        end
      end
    end
  end
end
