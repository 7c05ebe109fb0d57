# frozen_string_literal: true

module Operations
  # The events of one namespace, by whatever carries them: ActiveSupport::Notifications where that is loaded, else nothing,
  # which costs one look. What a listener raises is logged and reported; it changes nothing in what is told of.
  #
  #   Operations::Instrumentation.instrument(:wake, task_id: id) { |payload| payload[:status] = run }  # is wake.operations
  module Channel
    class << self
      # @return [#listening?, #instrument, #report, nil] nil where nothing carries events
      def notifier = @notifier || (carried if defined?(::ActiveSupport::Notifications))

      attr_writer :notifier

      private

      # It makes itself known here: what names a part of Rails stands in a room of its own.
      def carried
        require_relative "../active_data_flow/rails/notifications"
        @notifier
      end
    end

    # @private
    def self.extended(channel)
      super
      channel.instance_variable_set(:@names, {})
    end

    # @param name [Symbol] without its namespace
    # @return [Boolean] whether anybody listens: what is to be told may be dear to find out
    def listening?(name)
      notifier = Channel.notifier
      !notifier.nil? && notifier.listening?(full(name))
    end

    # Tells of what the block does; without a block of what has been done.
    # @param name [Symbol] without its namespace
    # @param payload [Hash] with ids, never what may be personal
    # @yieldparam payload [Hash] to be completed, whether somebody listens or not
    # @yieldparam keep [#call, nil] keeps the event open behind the block, and gives what is called to end it; nil where nobody listens
    # @return [Object] what the block returned
    def instrument(name, **payload, &block)
      return Channel.notifier.instrument(full(name), payload, &block) if listening?(name)

      yield payload if block
    end

    # Hands an error of a thread of this gem's own, where nobody could rescue it, to whoever collects errors.
    # @param error [Exception]
    # @param context [Hash]
    # @return [void]
    def report(error, **context) = Channel.notifier&.report(error, context)

    private

    def full(name) = @names[name] ||= :"#{name}.#{self::NAMESPACE}".name
  end
end
