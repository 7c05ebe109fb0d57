# frozen_string_literal: true

# What is told while a block runs, by ActiveSupport::Notifications.
module Events
  # @param pattern [String, Regexp]
  # @return [Array<ActiveSupport::Notifications::Event>]
  def told(pattern = /\.(active_data_flow|operations)\z/)
    require "active_support"
    require "active_support/notifications"
    events = []
    listening(pattern, ->(event) { events << event }) { yield }
    events
  end

  # @param listener [#call] takes an event
  def listening(pattern, listener)
    subscriber = ActiveSupport::Notifications.subscribe(pattern) { |event| listener.call(event) }
    yield
  ensure
    ActiveSupport::Notifications.unsubscribe(subscriber)
  end
end

RSpec.configure { |config| config.include Events }
