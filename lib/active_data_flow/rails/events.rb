# frozen_string_literal: true

require_relative "log_subscriber"

module ActiveDataFlow
  module Rails
    # Who listens in an application: its log, `Rails.event` where there is one, and {Metrics}; and what is hidden from them all.
    module Events
      NAMESPACES = %i[active_data_flow operations].freeze
      private_constant :NAMESPACES

      # @return [void]
      def self.attach
        NAMESPACES.each { |namespace| LogSubscriber.attach_to(namespace) }
        return unless ::Rails.respond_to?(:event)

        require_relative "structured_events"
        NAMESPACES.each { |namespace| StructuredEvents.attach_to(namespace) }
      end

      # By what the application's filters are at the first use: initializers add to them.
      # @return [void]
      def self.filter
        made = nil
        Shown.filter = lambda do |row|
          made ||= ::ActiveSupport::ParameterFilter.new(::Rails.application.config.filter_parameters)
          made.filter(row)
        end
      end
    end

    class Engine
      initializer("active_data_flow.events") { Events.attach }

      config.after_initialize { Events.filter }
    end
  end
end
