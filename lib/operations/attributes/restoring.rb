# frozen_string_literal: true

module Operations
  module Attributes
    # Makes what a storage gave back into what a task keeps. A storage that keeps its word costs a look, not a copy.
    module Restoring
      UNDECLARED = Types.fetch(nil)
      private_constant :UNDECLARED

      # @param stored [Hash, nil]
      # @param definitions [Hash{String => Definition}]
      # @return [Hash{String => Object}] serialised values
      def self.attributes(stored, definitions)
        attributes = string_keys(stored || {})
        attributes.each do |name, value|
          definition = definitions[name]
          next if value.nil? || (definition ? definition.type : UNDECLARED).stored?(value)

          attributes[name] = (definition || UNDECLARED).serialise(value)
        end
      end

      # @param stored [Hash, nil]
      # @return [Hash{String => Hash, Array<Hash>, nil}] references
      def self.models(stored)
        return NONE if stored.nil? || stored.empty?

        Types::JsonSafe.safe?(stored) ? stored : Types::JsonSafe.copy(stored)
      end

      def self.string_keys(hash)
        kept = !hash.frozen?
        hash.each_key { |name| kept &&= String === name }
        kept ? hash : hash.to_h { |name, value| [name.to_s, value] }
      end
      private_class_method :string_keys
    end
  end
end
