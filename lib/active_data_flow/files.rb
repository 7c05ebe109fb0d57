# frozen_string_literal: true

module ActiveDataFlow
  # Rows out of files and into files: what the connectors for them have in common.
  module Files
  end
end

require_relative "errors"
require_relative "../operations" # with the native extension
require_relative "files/path"
require_relative "files/stream"
require_relative "files/attachment"
require_relative "files/input"
require_relative "files/head"
require_relative "files/place"
require_relative "files/origin"
require_relative "files/pages"
