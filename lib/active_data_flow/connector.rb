# frozen_string_literal: true

module ActiveDataFlow
  # What rows come from and go to, where it is no table: see {Source} and {Sink}.
  module Connector
  end
end

require_relative "message"
require_relative "connector/naming"
require_relative "connector/methods"
require_relative "connector/configured"
require_relative "connector/source"
require_relative "connector/sink"
require_relative "connector/sink/collision"
require_relative "connector/source/enumerable"
require_relative "connector/source/csv"
require_relative "connector/source/jsonl"
require_relative "connector/sink/lambda"
require_relative "connector/sink/csv"
require_relative "connector/sink/jsonl"
require_relative "connector/active_record_names"
require_relative "connector/short_names"
