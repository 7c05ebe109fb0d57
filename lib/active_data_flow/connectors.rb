# frozen_string_literal: true

require "timeout"

module ActiveDataFlow
  # Connectors as the ends of a flow: what the engine asks of a source and a sink, put in terms of {Connector}'s methods.
  module Connectors
    # @private
    # @return [Hash] for the fingerprint: what a stored position belongs to
    def self.description(kind, connector)
      identity = connector.identity if connector.respond_to?(:identity)
      {kind:, class: connector.class.name}.merge(identity ? {identity:} : {})
    end
  end
end

require_relative "connector"
require_relative "engine/hand"
require_relative "engine/page"
require_relative "connectors/place"
require_relative "connectors/rows_in_hand"
require_relative "connectors/fetching"
require_relative "connectors/enumerating"
require_relative "connectors/reader"
require_relative "connectors/source_end"
require_relative "files/reader"
require_relative "files/source_end"
require_relative "connectors/writer"
require_relative "connectors/sink_end"
require_relative "files/writer"
require_relative "files/sink_end"
