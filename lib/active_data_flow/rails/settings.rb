# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # `config.active_data_flow`: the configuration, whichever object it is by then. Nothing of Object's, so that every name
    # is a setting, or refused.
    class Settings < BasicObject
      private

      def method_missing(...) = ::ActiveDataFlow.configuration.public_send(...)

      def respond_to_missing?(name, include_private = false) = ::ActiveDataFlow.configuration.respond_to?(name, include_private)
    end
  end
end
