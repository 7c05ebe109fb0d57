# frozen_string_literal: true

# The name under which the ancestor of {Operations} was required.
require_relative "operations"
