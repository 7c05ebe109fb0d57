# frozen_string_literal: true

module ActiveDataFlow
  # What every error of this gem outside {Operations} descends from.
  class Error < StandardError; end
end
