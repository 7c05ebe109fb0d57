# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # The settings of a Rails application, beside those that every program has.
    module Options
      # A class of the application is named by a String: the class itself would be an old one after a reload.
      NAMED = lambda do |name, value|
        raise ConfigurationError, "#{name} is the name of a class, e.g. \"#{value}\", not the class itself: that would be an old one after a reload" if value.is_a?(Module)
        raise ConfigurationError, "#{name} is the name of a class, a String, not #{value.inspect}" unless value.is_a?(String) && !value.empty?

        value
      end
      private_constant :NAMED

      Configuration.class_eval do
        option :auto_load_data_flows, default: true, says: "Whether the flows of the application are loaded at boot and at each reload. They have to be, for schedules and pages to know them."

        option :data_flows_path, default: "app/data_flows", says: "The folder of the flows, **/*_flow.rb; below one that Rails autoloads."

        option :connects_to, says: "Another database for the gem's tables, as connects_to takes it, e.g. {database: {writing: :flows, reading: :flows}}." do |value|
          raise ConfigurationError, "connects_to is a Hash, e.g. {database: {writing: :flows, reading: :flows}}, not #{value.inspect}" unless value.nil? || value.is_a?(Hash)

          value
        end

        option :base_job_class, default: "ApplicationJob", says: "The class that the gem's jobs descend from, by name." do |value|
          NAMED.call(:base_job_class, value)
        end

        option :base_controller_class, default: "ApplicationController", says: "The class that the gem's controllers descend from, by name: whoever may see its pages may see the gem's." do |value|
          NAMED.call(:base_controller_class, value)
        end
      end
    end
  end
end
