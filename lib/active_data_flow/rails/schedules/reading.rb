# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # A recurring.yml, read as SolidQueue reads it in an environment.
      module Reading
        # @param path [String, Pathname]
        # @param environment [String]
        # @return [Hash{String => Object}] what SolidQueue takes for entries: a file without the environment is one for all
        # @raise [StandardError, ScriptError] what YAML or the ERB in it raises
        def self.entries(path, environment)
          config = as(environment) { ::ActiveSupport::ConfigurationFile.parse(path).deep_symbolize_keys }
          (config[environment.to_sym] || config).select { |_, options| !options.is_a?(Hash) || options.key?(:schedule) }.compact.transform_keys(&:to_s)
        end

        # ERB may look which environment it is in.
        def self.as(environment)
          was = ::Rails.env
          ::Rails.env = environment
          yield
        ensure
          ::Rails.env = was
        end
        private_class_method :as
      end
    end
  end
end
