# frozen_string_literal: true

require "json"
require "digest"

module ActiveDataFlow
  module Flow
    # The arguments of a run as they are stored, and what tells two runs of one flow apart.
    module Arguments
      module_function

      # @param flow [Base]
      # @return [Hash{String => Object}] JSON-safe, in the order of the names
      # @raise [ArgumentError] when a model has no id yet
      def stored(flow) = {**flow.serialised_attributes, **flow.serialised_models}.compact.sort.to_h

      # @param klass [Class]
      # @param stored [Hash{String => Object}] as {stored} gave it
      # @return [Base] with the same arguments, without asking their validations again
      def restore(klass, stored)
        klass.declared
        models, attributes = stored.partition { |name, _value| klass.model_definitions.key?(name) }.map(&:to_h)
        klass.allocate.tap { |flow| flow.restore_data(attributes, models) }
      end

      # @param stored [Hash{String => Object}]
      # @return [String] 64 hex digits, equal for equal arguments
      def digest(stored) = Digest::SHA256.hexdigest(JSON.generate(canonical(stored)))

      # @return [String] "ContactImportFlow(upload 7)", as log lines name a run
      def label(klass, stored)
        return Flow.label(klass) if stored.empty?

        "#{Flow.label(klass)}(#{stored.map { |name, value| "#{name} #{shown(value)}" }.join(", ")})"
      end

      def shown(value) = (value.is_a?(Hash) && value.key?("id")) ? value["id"] : value.inspect

      def canonical(value)
        case value
        when Hash then value.sort_by { |key, _| key.to_s }.map { |key, inner| [key.to_s, canonical(inner)] }
        when Array then value.map { |inner| canonical(inner) }
        when String then (value.encoding == Encoding::UTF_8 && value.valid_encoding?) ? value : [value.encoding.name, value.unpack1("H*")]
        else value
        end
      end
      private_class_method :shown, :canonical
    end
  end
end
