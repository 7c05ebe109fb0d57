# frozen_string_literal: true

require_relative "../shown"

module ActiveDataFlow
  module Rails
    # Carries events by ActiveSupport::Notifications, in an application or without one.
    module Notifications
      class << self
        # @param name [String]
        # @return [Boolean]
        def listening?(name) = ::ActiveSupport::Notifications.notifier.listening?(name)

        # (see Operations::Channel#instrument)
        def instrument(name, payload)
          handle = kept = nil
          finish = -> { quietly(name) { handle&.finish } }
          handle = quietly(name) { begun(name, payload) }
          yield payload, -> { (kept = true) && finish } if block_given?
        rescue Exception => error # rubocop:disable Lint/RescueException -- noted, and raised again
          payload[:exception] = [error.class.name, Shown.text(error.message)]
          payload[:exception_object] = error
          raise
        ensure
          finish&.call unless kept # a thread may be ended anywhere
        end

        # (see Operations::Channel#report)
        def report(error, context)
          return unless ::ActiveSupport.respond_to?(:error_reporter)

          ::ActiveSupport.error_reporter.report(error, handled: true, context:, source: "active_data_flow")
        end

        private

        def begun(name, payload) = ::ActiveSupport::Notifications.instrumenter.build_handle(name, payload).tap(&:start)

        # Whoever listens has no say in what becomes of a run.
        def quietly(name)
          yield
        rescue Operations::Machine::Recorded => error
          Operations.logger.error("a listener of #{name} raised #{Shown.error(error)}")
          report(error, {event: name})
          nil
        end
      end

      Operations::Channel.notifier = self
    end
  end
end
