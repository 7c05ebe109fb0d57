# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # Loads the flow classes of the application, so that {Flow::Registry} finds them: at boot and at each reload. Their
    # bodies touch no database, and so does this: rows come with the first run.
    module Registration
      # @return [void]
      # @raise [ConfigurationError] for a folder that Rails does not autoload
      # @raise whatever the body of a flow class raises
      def self.call
        return unless ActiveDataFlow.configuration.auto_load_data_flows

        files.each { |file| ::Rails.autoloaders.main.load_file(file) }
      rescue Zeitwerk::Error
        raise ConfigurationError, "Rails does not autoload data_flows_path, #{path}. Write in config/application.rb: " \
          "config.autoload_paths << Rails.root.join(#{path.inspect}), or set auto_load_data_flows to false"
      end

      def self.files = Dir[::Rails.root.join(path, "**/*_flow.rb").to_s].sort

      def self.path = ActiveDataFlow.configuration.data_flows_path
      private_class_method :files, :path
    end
  end
end
