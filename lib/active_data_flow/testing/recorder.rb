# frozen_string_literal: true

module ActiveDataFlow
  # What `require "active_data_flow/rspec"` brings.
  module Testing
    # Hears of the runs of a block, beside whoever listens already; ActiveSupport need not be there.
    # @private
    class Recorder
      RUN = "run.#{Instrumentation::NAMESPACE}".freeze
      private_constant :RUN

      # @return [Array<Hash>] the payloads of the runs that ended, or were left, while the block ran
      def self.runs
        before = Operations::Channel.notifier
        recorder = Operations::Channel.notifier = new(before)
        yield
        recorder.payloads
      ensure
        Operations::Channel.notifier = before
      end

      attr_reader :payloads

      def initialize(before)
        @before = before
        @payloads = []
      end

      def listening?(name) = name == RUN || other?(name)

      def instrument(name, payload, &block)
        other?(name) ? @before.instrument(name, payload, &block) : block&.call(payload, -> { -> {} })
      ensure
        @payloads << payload if name == RUN
      end

      def report(...) = @before&.report(...)

      private

      def other?(name) = !@before.nil? && @before.listening?(name)
    end
  end
end
