# frozen_string_literal: true

require "active_support/structured_event_subscriber"

module ActiveDataFlow
  module Rails
    # Hands events to `Rails.event`, which Rails has since 8.1: "active_data_flow.run", "operations.transition". It costs
    # nothing before somebody subscribes there.
    class StructuredEvents < ::ActiveSupport::StructuredEventSubscriber
      EVENTS = {active_data_flow: %i[run batch checkpoint interrupt resume reject enqueue sweep],
                operations: %i[transition wait wake timeout interaction]}.freeze
      # An object, of which no log makes anything.
      LEFT_OUT = %i[exception_object].freeze
      private_constant :LEFT_OUT

      EVENTS.each_value do |names|
        names.each do |name|
          # @param event [ActiveSupport::Notifications::Event]
          define_method(name) do |event|
            namespace = event.name.delete_prefix("#{name}.")
            emit_event("#{namespace}.#{name}", **event.payload.except(*LEFT_OUT), duration_ms: event.duration.round(3))
          end
        end
      end
    end
  end
end
