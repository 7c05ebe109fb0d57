# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # A transaction that is committed whole, or not at all: also when its thread is ended from outside, or its block is
    # left by a throw, which ActiveRecord takes for its end.
    module Whole
      # What SQLite says to the rollback of what it has rolled back by itself: the disk was full, and that is to be heard.
      TAKEN_BACK = /no transaction is active|no such savepoint/
      private_constant :TAKEN_BACK

      module_function

      # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
      # @param options [Hash] of ActiveRecord's `transaction`
      # @return [Object] what the block returned
      # @raise [Error] when the block was left by throw, break or return
      def transaction(connection, **options)
        connect(connection) unless connection.transaction_open?
        raised = nil
        connection.transaction(**options) do
          ended = nil
          yield.tap { ended = true }
        rescue Exception => error # rubocop:disable Lint/RescueException -- it goes on
          raised = error
          raise
        ensure
          cut_off(connection, error) unless ended
        end
      rescue ::ActiveRecord::ActiveRecordError => error
        raise from_outside(error) || ((raised && error.message.match?(TAKEN_BACK)) ? raised : error)
      end

      # Before anything is begun: where a connection breaks while ActiveRecord makes it, and it tries again, it has forgotten what
      # was begun, and each statement would be committed by itself.
      def connect(connection)
        made = connection.respond_to?(:connected?) ? connection.connected? : connection.instance_variable_get(:@raw_connection) # Rails 7.1
        connection.verify! unless made
      end

      # @return [Object] what the block returned
      # @yield inside a savepoint: what it wrote is gone when it does not come to its end
      def savepoint(connection, &) = transaction(connection, requires_new: true, &)

      # What ends a thread may come in the middle of a SAVEPOINT, and the error of its rollback then stands in its place: taken
      # for the database's, it would have the batch tried again, and nobody would hear of the end.
      # @return [Exception, nil] what ended the thread, if that is what it was
      def from_outside(error)
        error = error.cause while error.is_a?(StandardError)
        error
      end

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
      private_class_method :connect, :from_outside, :cut_off, :cancel
    end
  end
end
