# frozen_string_literal: true

# Durable flowcharts: {Operations::Task}, its storages, executors and runner.
require_relative "active_data_flow/errors" # classes the extension looks up by name
require_relative "operations/alone"
require_relative "operations/version"
require_relative "operations/errors"
require_relative "active_data_flow/native" # the rules, written in Rust
require_relative "active_data_flow/shown"
require_relative "operations/clock"
require_relative "operations/duration"
require_relative "operations/configuration"
require_relative "operations/instrumentation"
require_relative "operations/registry"
require_relative "operations/history"
require_relative "operations/sub_tasks"
require_relative "operations/flow_runs"
require_relative "operations/parent"
require_relative "operations/participant"
require_relative "operations/handlers"
require_relative "operations/task"
require_relative "operations/storage/base"
require_relative "operations/storage/memory"
require_relative "operations/executor/base"
require_relative "operations/executor/inline"
require_relative "operations/sweep"
require_relative "operations/runner"
require_relative "operations/names"
