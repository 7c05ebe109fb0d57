# frozen_string_literal: true

module ActiveDataFlow
  # The version of the gem, of both namespaces and of both crates.
  VERSION = "1.1.0"
end
