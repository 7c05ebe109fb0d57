# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # INT and TERM while a run is in the foreground: the open batch ends, the cursor is saved, the program says how to
    # go on, and then the signal does what it would have done. A batch that does not end in time is rolled back. And what the
    # attempt's {Context} says, which may be a worker that is told to end.
    class Interrupts
      SIGNALS = %w[INT TERM].freeze
      # Seconds that an open batch gets; with what follows the run ends within 15.
      PATIENCE = 10

      # A batch did not end in time.
      class TooSlow < Exception; end # rubocop:disable Lint/InheritException -- no rescue of the author's may swallow it

      # @param context [Context]
      # @yieldparam interrupts [Interrupts]
      # @return [Object] what the block returned
      # @raise [SignalException] after the block, when one has come
      def self.during(context)
        interrupts = new(context)
        interrupts.watch { yield interrupts }
      end

      # @param context [Context]
      def initialize(context)
        @context = context
      end

      # @return [String, nil] "INT" or "TERM"
      attr_reader :signal

      # @return [Boolean] whether the run is to stop
      def come? = !@signal.nil? || @context.stopping?

      # @yield with handlers in place, where nobody else has put any
      def watch
        previous = install
        result = yield
        leave(previous)
        result
      ensure
        leave(previous)
        raise SignalException, "SIG#{@signal}" if @signal && previous&.any?
      end

      private

      # Only what would end the program anyway is taken over: a server or worker has handlers of its own.
      def install
        return {} unless Thread.current.equal?(Thread.main)

        SIGNALS.each_with_object({}) do |signal, previous|
          before = trap(signal) { note(signal) }
          previous[signal] = before
          trap(signal, before) && previous.delete(signal) unless [nil, "DEFAULT", "SYSTEM_DEFAULT"].include?(before)
        end
      end

      def leave(previous)
        return if previous.nil? || @left

        @left = true
        @alarm&.kill
        previous.each { |signal, handler| trap(signal, handler || "DEFAULT") }
      end

      # A second signal does not wait.
      def note(signal)
        raise SignalException, "SIG#{signal}" if @signal

        @signal = signal
        main = Thread.main
        @alarm = Thread.new do
          sleep PATIENCE
          main.raise(TooSlow, "the batch did not end within #{PATIENCE} seconds after SIG#{signal}")
        end
      end
    end
  end
end
