# frozen_string_literal: true

require_relative "log_subscriber"
require_relative "queue_metrics"

module ActiveDataFlow
  module Rails
    # Who listens in an application: its log, `Rails.event` where there is one, and {Metrics}; and what is hidden from them all.
    module Events
      NAMESPACES = %i[active_data_flow operations].freeze
      OWN = /\A(ActiveDataFlow|Operations)::/
      private_constant :NAMESPACES, :OWN

      # @return [void]
      def self.attach
        count
        NAMESPACES.each { |namespace| LogSubscriber.attach_to(namespace) }
        return unless ::Rails.respond_to?(:event)

        require_relative "structured_events"
        NAMESPACES.each { |namespace| StructuredEvents.attach_to(namespace) }
      end

      # @return [void]
      def self.count
        Metrics.queue_source = QueueMetrics
        ::ActiveSupport::Notifications.subscribe("run.active_data_flow") { |event| Metrics.record(event) }
        ::ActiveSupport::Notifications.subscribe("perform.active_job") { |event| Metrics.record(event) if own?(event.payload[:job]) }
      end

      # @param job [ActiveJob::Base]
      # @return [Boolean] whether its class, or one that it descends from, is this gem's
      def self.own?(job) = job.class.ancestors.any? { |klass| OWN.match?(klass.name) }

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
