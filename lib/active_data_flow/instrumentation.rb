# frozen_string_literal: true

require_relative "../operations/channel"

module ActiveDataFlow
  # What is told of flows: `run`, `batch`, `checkpoint`, `interrupt`, `resume`, `reject`, `enqueue` and `sweep`
  # `.active_data_flow`. guides/events.md has their payloads.
  module Instrumentation
    NAMESPACE = "active_data_flow"
    extend Operations::Channel
  end
end
