# frozen_string_literal: true

# Work that takes many steps or many rows and must survive anything.
# A contents page: it requires in load order, prints nothing and loads no Rails.
require_relative "active_data_flow/version"
require_relative "active_data_flow/errors"
require_relative "operations"
