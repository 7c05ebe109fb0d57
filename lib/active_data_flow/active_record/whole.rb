# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # A transaction that is committed whole, or not at all: also when its thread is ended from outside, or its block is
    # left by a throw, which ActiveRecord takes for its end.
    module Whole
      module_function

      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
      # @param options [Hash] of ActiveRecord's `transaction`
      # @return [Object] what the block returned
      # @raise [Error] when the block was left by throw, break or return
      def transaction(connection, **options)
        connection.transaction(**options) do
          ended = nil
          yield.tap { ended = true }
        rescue Exception => error # rubocop:disable Lint/RescueException -- it goes on
          raise
        ensure
          cut_off(connection, error) unless ended
        end
      end

      # @return [Object] what the block returned
      # @yield inside a savepoint: what it wrote is gone when it does not come to its end
      def savepoint(connection, &) = transaction(connection, requires_new: true, &)

      # Nobody waits for what the server still does for a thread that is being ended.
      def cut_off(connection, error)
        cancel(connection) unless error.is_a?(::ActiveRecord::ActiveRecordError)
        return if error || Thread.current.status == "aborting"

        raise Error, "a commit was left by throw, break or return, and what it had written was taken back. Raise an error instead."
      end

      # Where the adapter can; else, or when the server is gone, the rollback says what there is to say.
      def cancel(connection)
        connection.send(:cancel_any_running_query) if connection.respond_to?(:cancel_any_running_query, true)
      rescue
        nil
      end
      private_class_method :cut_off, :cancel
    end
  end
end
