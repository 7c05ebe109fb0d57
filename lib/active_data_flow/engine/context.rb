# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Who lets an {Attempt} run: what it may ask, and what it tells. This one is a person in the foreground, who waits for
    # the run and decides himself what becomes of it when it was stopped. A job is another (in the Rails rooms).
    class Context
      # @return [String, nil] of the job that works; the run is given to it even while its lease lasts
      def job_id = nil

      # @return [Object, nil] what the queue calls that job
      def provider_job_id = nil

      # @return [Integer, nil] rows that are committed together at most; nil: as many as the flow says
      def batch_size = nil

      # Asked between batches.
      # @return [Boolean] whether the attempt is to end, and somebody will go on later
      def stopping? = false

      # @return [Boolean] whether to sleep here until a worker that has the run has ended
      def waits? = true

      # @return [Numeric, nil] seconds after which the sweep may let a run go on that this attempt gave back; nil: a person will
      def again_after = nil

      # Called after each commit, the last one too.
      # @param cursor [String, nil]
      # @return [void]
      def committed(cursor) = nil

      # Called at the end of an attempt that was the run's last.
      # @param claim [RunStore::Claim] as the row is now
      # @return [void]
      def succeeded(claim) = nil

      # Told when the database did not answer for so long that the run is left to who comes next: neither a death nor a failure.
      # @return [void]
      def left = nil

      # Asked when an error has ended the attempt.
      # @param aftermath [Aftermath]
      # @return [Boolean] whether it is taken over: the run then stays claimed until `aftermath` is told what to do
      def takes?(aftermath) = false
    end
  end
end
