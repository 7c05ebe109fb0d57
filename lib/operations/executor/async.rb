# frozen_string_literal: true

require_relative "../../operations"
require_relative "reactor"

module Operations
  module Executor
    # Wakes tasks in fibers of the gem `async`, so that tasks which wait for a network or a sleep overlap.
    # The caller needs no reactor: the first task starts one, in a thread of its own; a forked child starts its own.
    #
    #   require "operations/executor/async"
    #   Operations.executor = Operations::Executor::Async.new
    #   tasks.each(&:wake_up!)
    #   Operations.executor.wait
    class Async < Base
      def initialize
        super
        @reactor = Reactor.new
      end

      # Runs in the calling thread, as every `MyTask.call` does.
      # (see Base#call)
      def call(task) = task.execute_state_machine

      # (see Base#later)
      def later(task) = wake(task)

      # (see Base#wake)
      def wake(task)
        @reactor.run(task) { task.execute_wake }
        task
      end

      # Returns when every task handed over so far sleeps or has ended. Call it before the program ends: what has not been
      # run by then stays waiting.
      # @return [self]
      # @raise [Operations::Error] in a handler that it runs
      def wait
        @reactor.wait
        self
      end

      # @return [Array<Exception>] what handlers raised since the last call, the newest 1,000; each is also logged, and
      #   recorded on its task
      def errors = @reactor.take_errors

      # Ends the reactor's thread after what it was given; the next task starts another.
      # @return [self]
      def stop
        @reactor.stop
        self
      end
    end
  end
end
