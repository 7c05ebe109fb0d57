# frozen_string_literal: true

require_relative "to_file"

module ActiveDataFlow
  module Connector
    class Sink
      # A file with a JSON object on each line, in UTF-8.
      #
      #   sink { ActiveDataFlow::JSONLSink.new("exports/orders.jsonl") }
      #
      # Decimals are written to the last digit, moments in UTC ("2026-01-02T03:04:05.000000Z"), bytes as `\x` and their
      # hexadecimal digits. A float that is no number, and text that is not UTF-8, is put aside by the flow's `on_error`.
      class JSONL < ToFile
        # @return [String]
        attribute :path

        # @private
        def text_of(batch, names, _first = names) = batch.json_lines(names)
      end
    end
  end

  JSONLSink = Connector::Sink::JSONL
end
