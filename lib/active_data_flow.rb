# frozen_string_literal: true

# Work that takes many steps or many rows and must survive anything.
# A contents page: it requires in load order, prints nothing and loads no Rails.
require_relative "active_data_flow/version"
require_relative "active_data_flow/errors"
require_relative "active_data_flow/configuration"
require_relative "operations"
require_relative "active_data_flow/instrumentation"
require_relative "active_data_flow/shown"
require_relative "active_data_flow/metrics"
require_relative "active_data_flow/checksum"
require_relative "active_data_flow/run_store/memory"
require_relative "active_data_flow/run_store/renewer"
require_relative "active_data_flow/run_store/choice"
require_relative "active_data_flow/run"
require_relative "active_data_flow/sqlite/door"
require_relative "active_data_flow/ends"
require_relative "active_data_flow/rows"
require_relative "active_data_flow/flow"
require_relative "active_data_flow/engine"
require_relative "active_data_flow/connectors"
require_relative "active_data_flow/base"
require_relative "active_data_flow/runtime"
require_relative "active_data_flow/outbox"
require_relative "active_data_flow/sweep"
require_relative "active_data_flow/rails/engine" if defined?(::Rails::Engine)
