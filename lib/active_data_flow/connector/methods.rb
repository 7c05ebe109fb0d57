# frozen_string_literal: true

module ActiveDataFlow
  module Connector
    # How a connector's methods are written, which is how it says what it can do.
    # @private
    module Methods
      # By name: either may be there without the other.
      ABSTRACT = %w[ActiveDataFlow::Connector::Source ActiveDataFlow::Connector::Sink].freeze
      private_constant :ABSTRACT

      module_function

      # @return [Boolean] whether it is there, and not the one of the abstract class, which only refers to another
      def own?(connector, name)
        connector.respond_to?(name) && !ABSTRACT.include?(connector.method(name).owner.name)
      end

      # @return [Hash] of the keywords, those that the method takes
      def accepted(method, **keywords)
        parameters = method.parameters
        return keywords if parameters.any? { |kind, _name| kind == :keyrest }

        keywords.slice(*parameters.filter_map { |kind, name| name if kind == :key || kind == :keyreq })
      end
    end
  end
end
