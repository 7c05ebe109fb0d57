# frozen_string_literal: true

begin
  require "async"
rescue LoadError
  raise LoadError, "Operations::Executor::Async needs the gem async: add `gem \"async\"` to your Gemfile"
end

module Operations
  module Executor
    # An event loop in a thread of its own, which runs blocks as fibers. Started by the first block.
    # @private
    class Reactor
      # Of errors nobody asks for, the newest are kept.
      KEPT = 1_000

      def initialize
        @lock = Mutex.new
        forget
      end

      # @param label [#to_s] what the log calls the block when it raises
      # @yield in a fiber of the reactor
      def run(label, &block)
        @lock.synchronize do
          forget unless @pid == Process.pid
          start if @queue.closed?
          @pending += 1
          @queue << [label, block]
        end
      end

      # Blocks until nothing is pending; in a fiber scheduler it only blocks the fiber.
      # @raise [Operations::Error] in one of the reactor's own fibers, which would wait for itself
      def wait
        raise Error, "a handler cannot wait for all handlers: it is one of them" if Thread.current.equal?(@thread)

        @lock.synchronize { @idle.wait(@lock) until @pending.zero? || @pid != Process.pid }
      end

      # @return [Array<Exception>]
      def take_errors = @lock.synchronize { @errors.slice!(0..) }

      # Ends the thread after what it was given.
      def stop
        thread = @lock.synchronize do
          next unless @pid == Process.pid

          @queue.close
          @thread
        end
        thread&.join unless Thread.current.equal?(thread)
      end

      private

      # After a fork the thread is gone, and what it had to do belongs to the parent.
      def forget
        @pid = Process.pid
        @queue = Thread::Queue.new.close
        @idle = ConditionVariable.new
        @pending = 0
        @errors = []
        @thread = nil
      end

      def start
        queue = @queue = Thread::Queue.new
        @thread = Thread.new { serve(queue) }
        @thread.name = "operations-async"
      end

      def serve(queue)
        Async do |root|
          while (job = queue.pop)
            begin_fiber(root, *job)
          end
        end
      ensure
        leave(queue)
      end

      # What was not begun when the thread died stays as it is stored: waiting, and due.
      def leave(queue)
        queue.close
        @lock.synchronize { finished(queue.size) }
      end

      def begin_fiber(root, label, block) = root.async { perform(label, block) }

      def perform(label, block)
        block.call
      rescue Machine::Recorded => error
        collect(label, error)
      ensure
        @lock.synchronize { finished(1) }
      end

      def collect(label, error)
        Operations.logger.error("#{label} failed: #{ActiveDataFlow::Shown.error(error)}")
        Instrumentation.report(error, task: label.to_s)
        @lock.synchronize do
          @errors << error
          @errors.shift if @errors.size > KEPT
        end
      end

      def finished(count)
        @pending -= count
        @idle.broadcast if @pending.zero?
      end
    end
  end
end
