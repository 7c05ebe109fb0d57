# frozen_string_literal: true

module Operations
  module Machine
    # A handler that calls `exit` or `abort` fails its task: put back to sleep, due at once, it would end the next process
    # as well, and every one after that. Signals do put it back (see {Running}): they come from outside.
    module Exits
      private

      # The SystemExit itself goes on.
      def _record_exit(error)
        return if _exit_from_elsewhere?(error) || (_finished? && !_ended_too_soon?)

        record_error!(_told(error))
      rescue Recorded => second
        Operations.logger.error("#{self} could not be marked as failed: #{ActiveDataFlow::Shown.error(second)}") unless _overtaken?(second)
      end

      # An `exit` in any other thread ends up in the main thread, which may be running a task that has no part in it.
      def _exit_from_elsewhere?(error)
        runner = File.join(__dir__, "running.rb:")
        error.backtrace&.none? { |line| line.start_with?(runner) }
      end

      def _told(error)
        text = "a handler must not end the process, and this one did (#{error.message}, status #{error.status}). " \
          "To fail the task, write: raise Operations::Failure, \"why\""
        SystemExit.new(error.status, text).tap { |told| told.set_backtrace(error.backtrace) }
      end
    end
  end
end
