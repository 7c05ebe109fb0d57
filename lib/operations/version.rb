# frozen_string_literal: true

require_relative "../active_data_flow/version"

module Operations
  # One gem, one version: always that of ActiveDataFlow.
  VERSION = ActiveDataFlow::VERSION
end
