# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What an attempt of the engine asks and tells the job that lets it run.
    class JobContext < ActiveDataFlow::Engine::Context
      # Seconds that the sweep leaves a run alone which a job is to go on with: its own next execution comes first.
      AGAIN_AFTER = 30

      # @return [ActiveDataFlow::Engine::Aftermath, nil] the run that an error has ended, until somebody decides
      attr_reader :aftermath

      # @return [RunStore::Claim, nil] the run as its last commit left it
      attr_reader :succeeded_run

      # (see Engine::Context#batch_size)
      attr_reader :batch_size

      # @param job [DataFlowJob]
      # @param step [#set!]
      # @param batch_size [Integer, nil]
      def initialize(job, step, batch_size: nil)
        @job = job
        @step = step
        @batch_size = batch_size
        @began = seconds
      end

      # (see Engine::Context#job_id)
      def job_id = @job.job_id

      # (see Engine::Context#provider_job_id)
      def provider_job_id = @job.provider_job_id

      # (see Engine::Context#waits?)
      def waits? = false

      # (see Engine::Context#again_after)
      def again_after = AGAIN_AFTER

      # Whether the worker is about to be stopped, or the job has run as long as it may.
      def stopping? = JobContext.stopping?(@job) || over_time?

      # (see Engine::Context#committed)
      def committed(cursor) = @step.set!(cursor)

      # (see Engine::Context#succeeded)
      def succeeded(claim) = @succeeded_run = claim

      # (see Engine::Context#left)
      def left = @left = true

      # @return [Boolean] whether the run was left
      def left? = @left == true

      # (see Engine::Context#takes?)
      def takes?(aftermath)
        @aftermath = aftermath
        true
      end

      # Adapters have no such question, one without an argument, or one that is told the job.
      # @param job [::ActiveJob::Base]
      def self.stopping?(job)
        adapter = job.class.queue_adapter
        return false unless adapter.respond_to?(:stopping?)

        adapter.method(:stopping?).arity.zero? ? adapter.stopping? : adapter.stopping?(job)
      end

      private

      def over_time?
        limit = ActiveDataFlow.configuration.max_runtime
        !limit.nil? && seconds - @began >= limit
      end

      def seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
