# frozen_string_literal: true

require_relative "../sink"

module ActiveDataFlow
  module Connector
    class Sink
      # What writing a row would do to what is there already. A subclass says it for a sink of its own kind:
      #
      #   class PriceCollision < ActiveDataFlow::Connector::Sink::Collision
      #     def predicted_write_result(transformed:)
      #       product = Product.find_by(sku: transformed[:sku]) or return NEW_TRANSFORMED_RECORD
      #       (product.price == transformed[:price]) ? REDUNDANT_TRANSFORMED_RECORD : UPDATED_TRANSFORMED_RECORD
      #     end
      #   end
      #
      # A sink then creates, updates or leaves the row alone.
      class Collision
        # Nobody knows; the sink decides.
        NO_PREDICTION = 0
        # The row is not there yet.
        NEW_TRANSFORMED_RECORD = 1
        # The row is there, and would change.
        UPDATED_TRANSFORMED_RECORD = 2
        # The row is there as it is.
        REDUNDANT_TRANSFORMED_RECORD = 3
        # The older spelling.
        REDUNDENT_TRANSFORMED_RECORD = REDUNDANT_TRANSFORMED_RECORD

        NAMES = {
          NO_PREDICTION => "NO_PREDICTION", NEW_TRANSFORMED_RECORD => "NEW_TRANSFORMED_RECORD",
          UPDATED_TRANSFORMED_RECORD => "UPDATED_TRANSFORMED_RECORD", REDUNDANT_TRANSFORMED_RECORD => "REDUNDANT_TRANSFORMED_RECORD"
        }.freeze
        private_constant :NAMES

        # @param enum [Integer] one of the four results
        # @return [String] its name
        # @raise [ArgumentError] for another number
        def self.predicted_write_result_string(enum)
          NAMES.fetch(enum) { raise ArgumentError, "#{enum.inspect} is no result of a collision; there are #{NAMES.map { |number, name| "#{number} (#{name})" }.join(", ")}" }
        end

        # @return [Sink, nil] whose rows they are
        attr_reader :sink

        # @param sink [Sink, nil]
        def initialize(sink = nil)
          @sink = sink
        end

        # @param transformed [Hash, Message] the row as it would be written
        # @return [Integer] one of the four results
        def predicted_write_result(transformed:) = NO_PREDICTION

        # @param enum [Integer]
        # @return [String] see {.predicted_write_result_string}
        def predicted_write_result_string(enum) = self.class.predicted_write_result_string(enum)
      end
    end
  end
end
