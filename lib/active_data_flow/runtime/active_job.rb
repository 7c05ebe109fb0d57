# frozen_string_literal: true

module ActiveDataFlow
  class Runtime
    # How ActiveJob runs one flow, as its row keeps it. A flow class that says `queue`, `priority` or `batch_size` itself is heard first.
    #
    #   ActiveDataFlow::DataFlow.find_or_create(name: "order_export", source:, sink:, runtime: ActiveDataFlow::Runtime::ActiveJob.new(queue: :exports))
    class ActiveJob
      # @return [Symbol, nil]
      attr_reader :queue
      # @return [Integer, nil]
      attr_reader :priority
      # @return [Integer, nil] rows that are committed together at most
      attr_reader :batch_size

      # @param data [Hash, String, nil] as {#as_json} gives it, or its JSON text
      # @return [ActiveJob]
      def self.from_json(data)
        data = JSON.parse(data) if data.is_a?(String)
        new(**(data || {}).transform_keys(&:to_sym).slice(:queue, :priority, :batch_size))
      end

      # @param queue [Symbol, String, nil] nil: the configuration's
      # @param priority [Integer, nil] nil: the queue's
      # @param batch_size [Integer, nil] nil: the flow's
      # @raise [ArgumentError] for what cannot be one
      def initialize(queue: nil, priority: nil, batch_size: nil)
        @queue = queue&.to_sym
        @priority = priority && Integer(priority)
        @batch_size = batch_size && Integer(batch_size)
        raise ArgumentError, "batch_size is a number of rows from 1 on, not #{batch_size.inspect}" if @batch_size && !@batch_size.positive?
      end

      # @return [Hash{String => Object}] JSON-safe
      def as_json(*) = {"type" => "active_job", "queue" => queue&.to_s, "priority" => priority, "batch_size" => batch_size}

      # Two that say the same are equal.
      def ==(other) = other.is_a?(ActiveJob) && other.as_json == as_json
    end
  end
end
