# frozen_string_literal: true

require "active_support/log_subscriber"

module ActiveDataFlow
  module Rails
    # Puts events into words, for the application's log: what a person started or has to know of at :info and :warn, each
    # batch and each transition at :debug.
    class LogSubscriber < ::ActiveSupport::LogSubscriber
      COUNTS = %i[new updated unchanged filtered rejected skipped deleted].freeze
      private_constant :COUNTS

      # @param event [ActiveSupport::Notifications::Event]
      def run(event)
        payload = event.payload
        text = "#{flow(payload)} #{outcome(payload)} after #{duration(event)}: #{counts(payload)}"
        payload[:exception] ? error(text) : info(text)
      end
      subscribe_log_level :run, :info

      # (see #run)
      def batch(event) = debug { "#{flow(event.payload)} batch of #{event.payload[:rows]} rows, #{duration(event)}: #{counts(event.payload)}" }
      subscribe_log_level :batch, :debug

      # (see #run)
      def checkpoint(event) = debug { "#{flow(event.payload)} is at #{event.payload[:cursor]}" }
      subscribe_log_level :checkpoint, :debug

      # (see #run)
      def interrupt(event) = info { "#{flow(event.payload)} stops (#{event.payload[:reason]}) at #{event.payload[:cursor] || "its beginning"}" }
      subscribe_log_level :interrupt, :info

      # (see #run)
      def resume(event) = info { "#{flow(event.payload)} goes on after #{event.payload[:cursor] || "its beginning"}" }
      subscribe_log_level :resume, :info

      # (see #run)
      def reject(event)
        stage, reason, count = event.payload.values_at(:stage, :reason, :count)
        rows = "#{count} #{(count == 1) ? "row" : "rows"}"
        warn { "#{flow(event.payload)} #{reason ? "put #{rows} aside (#{stage}): #{reason}" : "left out #{rows} (on_error :skip, which keeps none)"}" }
      end

      # (see #run)
      def enqueue(event) = debug { "#{flow(event.payload)} is enqueued as job #{event.payload[:job_id]}" }
      subscribe_log_level :enqueue, :debug

      # (see #run)
      def sweep(event) = debug { "sweep: #{event.payload.slice(:dispatched, :cancelled, :callbacks, :tasks)}, #{duration(event)}" }
      subscribe_log_level :sweep, :debug

      # (see #run)
      def transition(event)
        from, to, status, by, error = event.payload.values_at(:from, :to, :status, :by, :error_class)
        why = by || error
        debug { "#{task(event.payload)} #{(from == to) ? "is #{status} in #{to}" : "#{from} -> #{to}"}#{" (#{why})" if why}" }
      end
      subscribe_log_level :transition, :debug

      # (see #run)
      def wait(event) = debug { "#{task(event.payload)} waits in #{event.payload[:state]} until #{event.payload[:wake_at]}" }
      subscribe_log_level :wait, :debug

      # (see #run)
      def wake(event) = debug { "#{task(event.payload)} woke in #{event.payload[:state]}, is #{event.payload[:status]} in #{event.payload[:to]}, #{duration(event)}" }
      subscribe_log_level :wake, :debug

      # (see #run)
      def timeout(event) = info { "#{task(event.payload)} timed out in #{event.payload[:state]}, is #{event.payload[:status]} in #{event.payload[:to]}" }
      subscribe_log_level :timeout, :info

      # (see #run)
      def interaction(event) = info { "#{task(event.payload)} #{event.payload[:name]} in #{event.payload[:state]}" }
      subscribe_log_level :interaction, :info

      private

      def flow(payload) = "[#{payload[:flow]} run #{payload[:run_id]}]"

      def task(payload) = "[#{payload[:task]} #{payload[:task_id]}]"

      def duration(event) = "#{event.duration.round(1)} ms"

      def outcome(payload) = payload[:exception] ? "#{payload[:status]} (#{payload[:exception].join(": ")})" : payload[:status]

      def counts(payload)
        told = COUNTS.filter_map { |name| "#{payload[name]} #{name}" if payload[name]&.positive? }
        ["#{payload[:read] || 0} read", *told].join(", ")
      end
    end
  end
end
