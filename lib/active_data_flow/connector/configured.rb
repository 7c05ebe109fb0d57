# frozen_string_literal: true

require "json"

module ActiveDataFlow
  module Connector
    # What sources and sinks have in common: how they are configured, written down and found again.
    #
    # A class that declares attributes takes these and no others; one that declares none takes any.
    module Configured
      NONE = Object.new.freeze
      private_constant :NONE

      # @private
      def self.included(base)
        base.extend(ClassMethods)
      end

      # @private
      # @return [Array<Class>] every class below that one, newest last
      def self.below(klass) = klass.subclasses.reverse.flat_map { |child| [child, *below(child)] }

      # The words of the class.
      module ClassMethods
        # Declares what the constructor takes, and a reader for it. Without a default it is required.
        #
        #   attribute :url
        #   attribute :per_page, default: 100
        #
        # @param name [Symbol]
        # @param default [Object] used as it is
        # @return [Symbol] the name
        def attribute(name, default: NONE)
          @attributes = own_attributes.merge(name => default).freeze
          define_method(name) { configuration[name] }
          name
        end

        # @return [Array<Symbol>] every attribute, those of the superclass first
        def attributes = all_attributes.keys

        # @return [Array<Symbol>] those without a default
        def required_attributes = all_attributes.select { |_name, default| NONE.equal?(default) }.keys

        # Makes a connector of what {Configured#as_json} wrote. Only classes below Source or Sink, whichever is asked, are ever found: a
        # name in a database cannot become any other constant.
        # @param data [Hash, String] as `as_json` gives it, or its JSON text
        # @return [Configured]
        # @raise [ArgumentError] for a name that is no such class, and for what the class cannot take
        def from_json(data)
          data = JSON.parse(data) if data.is_a?(String)
          raise ArgumentError, "#{label}.from_json takes a Hash with \"class_name\", not #{data.inspect}" unless data.is_a?(Hash)

          data = data.transform_keys(&:to_s)
          klass = find(data.delete("class_name"))
          klass.restore(data.transform_keys(&:to_sym))
        end

        # Makes a connector of this class from its configuration as JSON brought it. To be replaced by a class whose constructor takes more
        # than JSON can hold.
        # @param configuration [Hash{Symbol => Object}]
        def restore(configuration) = new(**configuration)

        # @private
        def label = name || "An anonymous connector"

        # @private
        # @return [Hash] with the defaults filled in
        def configured(given)
          known = all_attributes
          return given if known.empty?

          stranger = given.keys.find { |name| !known.key?(name) }
          raise ArgumentError, "#{label} has no attribute :#{stranger}; it has #{Operations::Spelling.list(known.keys)}.#{Operations::Spelling.hint(stranger, known.keys)}" if stranger

          missing = required_attributes - given.compact.keys
          raise ArgumentError, "#{label} needs #{missing.map { |name| "#{name}:" }.join(", ")}. Write: #{label}.new(#{missing.map { |name| "#{name}: ..." }.join(", ")})" if missing.any?

          known.merge(given)
        end

        protected

        def all_attributes = (superclass.respond_to?(:all_attributes, true) ? superclass.all_attributes : {}).merge(own_attributes)

        private

        def own_attributes = @attributes || {}

        # After a code reload the constant names a new class: the newest one of that name is found.
        def find(wanted)
          found = [self, *Configured.below(self)].reverse.find { |klass| klass.name == wanted && wanted } || loaded(wanted)
          return found if found

          raise ArgumentError, "#{wanted.inspect} is no #{label} that could be read back; there are #{Configured.below(self).filter_map(&:name).sort.join(", ")}. " \
            "Is its file loaded, and does it descend from #{label}?"
        end

        # Only our own connectors are read late.
        def loaded(wanted)
          return unless wanted.is_a?(String) && wanted.match?(/\A#{self::Base.name}::[[:upper:]]\w*\z/)

          klass = Object.const_get(wanted) if Object.const_defined?(wanted)
          klass if klass.is_a?(Class) && klass <= self
        end
      end

      # @param configuration [Hash] what the class takes; see {ClassMethods#attribute}
      # @raise [ArgumentError] when something required is missing, or something is not known
      def initialize(**configuration)
        @configuration = self.class.configured(configuration).freeze
      end

      # @return [Hash{Symbol => Object}] what was given, with the defaults of what was not
      def configuration = @configuration || {}

      # Ends what a run has opened. The next run may use the connector again.
      # @return [void]
      def close = nil

      # @return [Hash{String => Object}] class and configuration, as {ClassMethods#from_json} takes it
      # @raise [ArgumentError] naming what JSON cannot hold
      def as_json(*)
        name = self.class.name or raise ArgumentError, "a connector of a class without a name cannot be written as JSON; give its class a constant"
        {"class_name" => name}.merge(configuration.compact.to_h { |key, value| [key.to_s, plain(value, key)] })
      end

      # @return [String]
      def to_json(*) = JSON.generate(as_json)

      # What a stored position or key belongs to: another identity is another source. By default all of the configuration that JSON can hold.
      # Leave out what may change while the rows stay the same, as a token does.
      # @return [Hash{String => Object}]
      def identity
        as_json
      rescue ArgumentError
        {"class_name" => self.class.name}
      end

      # @return [String] for the plan
      def to_s = self.class.label

      private

      def plain(value, name)
        case value
        when nil, true, false, Integer, String then value
        when Float then value.finite? ? value : refuse_json(value, name)
        when Symbol then value.name
        when Module then value.name || refuse_json(value, name)
        when Array then value.map { |one| plain(one, name) }
        when Hash then value.to_h { |key, one| [key.to_s, plain(one, name)] }
        else refuse_json(value, name)
        end
      end

      def refuse_json(value, name)
        raise ArgumentError, "#{self.class.label} cannot be written as JSON: #{name} is #{Operations::Spelling.article(value.class)}"
      end
    end
  end
end
