# frozen_string_literal: true

require_relative "channel"

module Operations
  # What is told of tasks: `transition`, `wait`, `wake`, `timeout` and `interaction` `.operations`. guides/events.md has their payloads.
  module Instrumentation
    NAMESPACE = "operations"
    extend Channel
  end
end
