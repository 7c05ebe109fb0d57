# frozen_string_literal: true

require_relative "../../message"
require_relative "../sink"

module ActiveDataFlow
  module Connector
    class Sink
      # Something to call with each row.
      #
      #   sink ActiveDataFlow::LambdaSink.new { |row| puts row[:name] }
      class Lambda < self
        # @param callable [#call, nil]
        # @yieldparam row [Hash{Symbol => Object}]
        # @raise [ArgumentError] without either, and with both
        def initialize(callable = nil, &block)
          raise ArgumentError, "#{self.class.label} takes a callable or a block, not both" if callable && block

          @callable = callable || block
          raise ArgumentError, "#{self.class.label} needs something to call. Write: #{self.class.label}.new { |row| ... }" unless @callable.respond_to?(:call)

          super()
        end

        # @param row [Hash, Message]
        # @return [Object] what the callable returned
        def write(row) = @callable.call(Message.row(row))

        # @raise [ArgumentError] code is not written down
        def as_json(*)
          raise ArgumentError, "#{self.class.label} cannot be written as JSON: it is code. Write a class of your own: class MySink < ActiveDataFlow::Connector::Sink"
        end
      end
    end
  end
end
