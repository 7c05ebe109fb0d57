# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # A class of the application's that the configuration names.
    module HostClass
      # @param setting [Symbol] whose value is the name
      # @param otherwise [Class] what stands in where the application has none by the default's name
      # @return [Class]
      # @raise [ConfigurationError] where the name is the application's own, and there is no such class
      def self.of(setting, otherwise)
        name = ActiveDataFlow.configuration.public_send(setting)
        name.safe_constantize || (default?(setting, name) ? otherwise : raise(ConfigurationError, "#{setting} is #{name.inspect}, and there is no such class"))
      end

      def self.default?(setting, name) = Configuration.options.fetch(setting).default == name
      private_class_method :default?
    end
  end
end
