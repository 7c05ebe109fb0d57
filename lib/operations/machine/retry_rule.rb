# frozen_string_literal: true

module Operations
  module Machine
    # One `retry_on` line: which errors, how often, how long between two tries. ActiveJob's signature and counting:
    # `attempts: 5` is five runs of the handler in all.
    class RetryRule
      SYMBOL = [[:req], [:rest]].freeze # the parameters of :succ.to_proc
      private_constant :SYMBOL

      # @return [Array<Class, String>] as they were given
      attr_reader :errors
      # @return [Hash] :queue and :priority of the job that tries again, where there are jobs; without these it is as any other
      attr_reader :job
      # @return [Proc, nil] called with task and error instead of raising, when all attempts are used; it may send the task on
      attr_reader :exhausted

      def initialize(errors, wait:, attempts:, jitter:, exhausted:, queue: nil, priority: nil, report: nil)
        @errors = checked_errors(errors)
        @wait = checked_wait(wait)
        @attempts = checked_attempts(attempts)
        @jitter = jitter
        @job = checked_job(queue:, priority:)
        @report = checked_report(report)
        @exhausted = exhausted
      end

      # @return [Boolean] whether an error that leads to another try is handed to who collects errors
      def report? = @report

      # @return [Boolean] whether the rule is about this error
      def matches?(error)
        @errors.any? { |wanted| wanted.is_a?(String) ? error.class.ancestors.any? { |a| a.name == wanted } : wanted === error }
      end

      # @param tries [Integer] failed tries so far, this one included
      def again?(tries) = @attempts == :unlimited || tries < @attempts

      # @param tries [Integer] failed tries so far, this one included
      # @param error [Exception] why this one failed
      # @return [Integer] microseconds to wait
      def wait_us(tries, error)
        case @wait
        when :polynomially_longer then jittered(tries**4 * 1_000_000, @jitter || 0.15) + 2_000_000
        when Proc then Duration.us(@with_error ? @wait.call(tries, error) : @wait.call(tries), :wait)
        else jittered(Duration.us(@wait, :wait), @jitter || 0)
        end
      end

      # @private
      # @return [Array(String, Integer), nil] its errors, and the microseconds that it waits at least each time; nil where
      #   that is worked out anew, or it never tries again
      def fixed_wait
        return if @wait.is_a?(Proc) || @wait == :polynomially_longer || @attempts == 1

        [@errors.join(", "), Duration.us(@wait, :wait)]
      end

      private

      def jittered(us, share) = us + (us * share.to_f * Kernel.rand).round

      def checked_errors(errors)
        raise ArgumentError, "retry_on needs an error class, e.g. retry_on Net::OpenTimeout" if errors.empty?

        stranger = errors.find { |error| !error.is_a?(Module) && !error.is_a?(String) }
        return errors if stranger.nil?

        raise ArgumentError, "retry_on takes error classes or their names, not #{stranger.inspect}"
      end

      def checked_wait(wait)
        return wait if wait == :polynomially_longer
        return checked_proc(wait) if wait.is_a?(Proc)

        Duration.us(wait, "retry_on wait:")
        wait
      end

      # The error goes to whom ActiveJob would give it: not to the second of two that may both be left out.
      def checked_proc(wait)
        @with_error = wait.arity == 2 || (wait.arity < -1 && wait.parameters != SYMBOL)
        return wait if !wait.lambda? || [-3, -2, -1, 1, 2].include?(wait.arity)

        raise ArgumentError, "retry_on wait: a Proc takes the number of tries, or that and the error: ->(executions, error) { ... }"
      end

      def checked_job(queue:, priority:)
        raise ArgumentError, "retry_on queue: is a Symbol or a String, not #{queue.inspect}" unless queue.nil? || queue.is_a?(Symbol) || queue.is_a?(String)
        raise ArgumentError, "retry_on priority: is an Integer, not #{priority.inspect}" unless priority.nil? || priority.is_a?(Integer)

        {queue:, priority:}.compact
      end

      def checked_report(report)
        return report == true if [true, false, nil].include?(report)

        raise ArgumentError, "retry_on report: is true or false, not #{report.inspect}"
      end

      def checked_attempts(attempts)
        return attempts if attempts == :unlimited || (attempts.is_a?(Integer) && attempts.positive?)

        raise ArgumentError, "retry_on attempts: is a number from 1 on, or :unlimited, not #{attempts.inspect}"
      end
    end
  end
end
