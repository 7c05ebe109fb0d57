# frozen_string_literal: true

# Flows: rows from a source to a sink, behind a cursor. {Operations} is beside it.
module ActiveDataFlow
  # The version of the gem, of both namespaces and of both crates.
  VERSION = "1.1.0"
end
