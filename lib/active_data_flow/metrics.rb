# frozen_string_literal: true

require_relative "metrics/tally"

module ActiveDataFlow
  # What the flows of this process have done since it was started, by name: how many runs and jobs, how long they took, how
  # many rows a second. It is fed by events, so in Rails by itself, and in plain Ruby by whoever subscribes:
  #
  #   ActiveSupport::Notifications.subscribe("run.active_data_flow") { |event| ActiveDataFlow::Metrics.record(event) }
  #   ActiveDataFlow::Metrics.counts("order_export")     # => {runs: 2, success: 2, jobs: 0}
  #   ActiveDataFlow::Metrics.durations("order_export")  # => {runs: {count: 2, total: 1.5, min: 0.5, max: 1.0, average: 0.75}}
  module Metrics
    @lock = Mutex.new
    @tallies = {}

    class << self
      # @return [#call, nil] what knows of the queue's depth and rates; nil where there is no queue
      attr_accessor :queue_source

      # Counts what an event tells of: `run.active_data_flow`, or the `perform.active_job` of a job of this gem's.
      # @param event [#name, #payload, #duration] duration in milliseconds
      # @return [void]
      def record(event)
        seconds = event.duration / 1000.0
        case event.name
        when "run.active_data_flow" then add(event.payload.fetch(:flow)) { |tally| tally.run(event.payload, seconds) }
        when "perform.active_job" then add(flow_of(event.payload.fetch(:job))) { |tally| tally.job(event.payload, seconds) }
        end
      end

      # @return [Array<String>] flows, and job classes that belong to none, of which something was recorded
      def flows = @lock.synchronize { @tallies.keys }

      # @param flow [Class, String, nil] a flow, or its name; nil: all
      # @return [Hash{Symbol => Integer}] how many attempts at runs, by their status at the end; and how many jobs
      # @return [Hash{String => Hash}] of all flows
      def counts(flow = nil) = look(flow, &:counts)

      # @param flow [Class, String, nil] a flow, or its name; nil: all
      # @return [Hash{Symbol => Hash}] seconds that runs and jobs took: :count, :total, :min, :max, :average
      # @return [Hash{String => Hash}] of all flows
      def durations(flow = nil) = look(flow, &:durations)

      # @param flow [Class, String, nil] a flow, or its name; nil: all
      # @return [Float, nil] rows read in a second of work; nil before the first
      # @return [Hash{String => Float}] of all flows
      def throughput(flow = nil) = look(flow, &:throughput)

      # What the queue says of itself, over all processes. An answer without one, too.
      # @return [Hash{Symbol => Object}] :available; then :queues with depth, latency and rate of each, else the :reason
      def queue
        return {available: false, reason: "no queue is known in this program"} unless queue_source

        queue_source.call
      end

      # Forgets all: for the `before` hook of a test suite.
      # @return [void]
      def reset!
        @lock.synchronize { @tallies.clear }
        nil
      end

      private

      def add(name) = @lock.synchronize { yield(@tallies[name] ||= Tally.new) }

      def look(flow)
        @lock.synchronize { flow ? yield(@tallies[name_of(flow)] || Tally.new) : @tallies.transform_values { |tally| yield(tally) } }
      end

      def name_of(flow) = flow.respond_to?(:flow_name) ? flow.flow_name : flow.to_s

      # A job of a flow has it, or its name, as its first argument; the others are counted by their class.
      def flow_of(job)
        flow = job.arguments.first
        case flow
        when String then flow
        else flow.respond_to?(:name) ? flow.name : job.class.name
        end
      end
    end
  end
end
