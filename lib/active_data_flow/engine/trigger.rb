# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # While the callbacks of a run are called, what they enqueue is marked with the end that has triggered it, and made once by
    # that mark: a callback that is called again, because its process was killed before it was noted, finds the run.
    module Trigger
      KEY = :__active_data_flow_trigger # Thread#[] belongs to the fiber
      DIGITS = 16
      private_constant :KEY, :DIGITS

      class << self
        # @param cause [String] e.g. "run:17:complete"
        # @yield while this is what triggers runs in this fiber
        def by(cause)
          before = Thread.current[KEY]
          Thread.current[KEY] = cause
          yield
        ensure
          Thread.current[KEY] = before
        end

        # @param arguments [Hash] of the flow that is enqueued: several runs of one flow may have the same cause
        # @return [String, nil] the mark; nil where nothing has triggered it
        def mark(arguments)
          cause = Thread.current[KEY]
          (cause.nil? || arguments.empty?) ? cause : "#{cause}:#{Flow::Arguments.digest(arguments)[0, DIGITS]}"
        end
      end
    end
  end
end
