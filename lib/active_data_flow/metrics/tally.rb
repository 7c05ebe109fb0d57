# frozen_string_literal: true

module ActiveDataFlow
  module Metrics
    # What was recorded of one flow. Not thread-safe: {Metrics} has the lock.
    # @private
    class Tally
      # Seconds, as far as anybody asks of them.
      class Times
        def initialize
          @count = 0
          @total = 0.0
          @min = @max = nil
        end

        attr_reader :count, :total

        def add(seconds)
          @count += 1
          @total += seconds
          @min, @max = [*@min, *@max, seconds].minmax
        end

        def to_h = {count: @count, total: @total, min: @min, max: @max, average: (@total / @count if @count > 0)}
      end

      def initialize
        @runs = Times.new
        @jobs = Times.new
        @statuses = Hash.new(0)
        @failed_jobs = @rows = 0
      end

      def run(payload, seconds)
        @runs.add(seconds)
        @rows += payload[:read] || 0
        @statuses[payload[:status].to_sym] += 1 if payload[:status]
      end

      def job(payload, seconds)
        @jobs.add(seconds)
        @failed_jobs += 1 if payload[:exception]
      end

      def counts = {runs: @runs.count, **@statuses, jobs: @jobs.count, failed_jobs: @failed_jobs}

      def durations = {runs: @runs.to_h, jobs: @jobs.to_h}

      def throughput = (@rows / @runs.total if @runs.total > 0)
    end
  end
end
