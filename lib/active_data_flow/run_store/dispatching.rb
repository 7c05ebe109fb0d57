# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # What a store does for workers that come by a queue, and for the sweep, which finds what no worker has (protocols.md P7,
    # P8). A run is a row; a job only says that there may be one. So a job that is late, lost or there twice changes nothing.
    module Dispatching
      # Seconds until a run that a job has made, and not taken, is anybody's.
      ABANDONED = 30

      # A run that is to be carried over later. It is in the transaction that the caller has open: a rollback leaves none.
      # @param flow_name [String]
      # @param arguments [Hash] JSON-safe
      # @param digest [String] SHA-256 of their canonical JSON
      # @param fingerprint [String, nil]
      # @param cursor [String, nil] where a new run begins
      # @param beginning [#call, nil] see {Base#find_or_create}
      # @param premises [Engine::Premises::Part, nil] see {Base#find_or_create}
      # @param wait [Numeric] seconds before which nobody is to take it
      # @param definition [Hash] of the flow, see {Base#find_or_create}
      # @param created_by_job_id [String, nil] one job makes one run
      # @param parent_task_id [String, nil] of the task that starts it, whose own it is: what others have begun is not taken for it
      # @param triggered_by [String, nil] e.g. "run:17:complete": makes a run of the flow once; whoever comes again gets that
      # @param ranges [Array<Array(String, String)>, nil] a new run is split into parts of these, see {Parting}
      # @return [Row] the unfinished run of this flow and these arguments as it is, and one that failed in parts, which goes on;
      #   else a new one
      def enqueue(flow_name:, arguments:, digest:, fingerprint: nil, cursor: nil, beginning: nil, premises: nil, wait: 0, definition: {},
        created_by_job_id: nil, parent_task_id: nil, triggered_by: nil, ranges: nil)
        abstract
      end

      # The run that a job is for: that of the id, else the one that this job has made, else the unfinished or failed one
      # of this flow and these arguments, which is pending again, else a new one.
      # @param job_id [String]
      # @param run_id [Integer, nil]
      # @param run [Hash] as of {#enqueue}; not needed with a `run_id`
      # @param unless_inactive [Boolean] whether a flow is to be left alone that a person has made inactive
      # @return [Row, nil] nil: there is nothing to do, the run has ended or was deleted
      # @raise [Inactive] when it was; nothing has been changed
      def run_of_job(job_id:, run_id: nil, unless_inactive: false, **run) = abstract

      # Whoever is to enqueue a job for a run asks for that first: one of several gets it, and nobody again before a time that
      # doubles with each, from 30 seconds to an hour, as long as no worker takes the run.
      # @param job_id [String] of the job that is to be enqueued
      # @return [Boolean] whether to enqueue it
      def win(run_id, job_id:) = abstract

      # @return [Array<Row>] runs without a worker whose time has come, those of dead workers first
      def due(limit: 100) = abstract

      # @return [Array<Row>] runs that are to be cancelled, and have no living worker
      def to_stop(limit: 100) = abstract

      # Ends a run that is to be cancelled and has no living worker.
      # @return [Boolean] whether there was something to end
      def cancel_abandoned(run_id) = abstract

      # @return [Array<Row>] runs that ended, and whose flow, or the task that has started them, was not told within the time that somebody had for it
      def owing(limit: 100) = abstract

      # As {#win}, of the callbacks of a run that has ended: who gets them calls them, and then says {Base#callbacks_done}.
      # @return [Boolean]
      def win_callbacks(run_id) = abstract

      # Begins a sweep of these runs, unless somebody else has done so just now.
      # @param apart [Numeric] seconds
      # @return [Boolean]
      def begin_sweep(apart:) = abstract

      # @return [Time, nil] when the last one began
      def swept_at = abstract

      # Gives the run back after an error, to be tried again.
      # @param error [Exception] kept with the run
      # @param after [Numeric] seconds
      # @return [Boolean] whether it was still ours
      def retry_later(claim, error, after:) = abstract

      # Ends the leases of processes that are known to be gone.
      # @param owners [Array<String>] "host:pid"
      # @param job_ids [Array<String>, nil] only of runs that these have taken
      # @return [Array<Integer>] the runs
      def end_leases(owners:, job_ids: nil) = abstract

      # @param keys [Array<String>] the slots of a group
      # @return [Array<String>] those that a run has
      def taken_slots(keys) = abstract

      # Takes slots away from workers whose lease has ended; these can commit nothing any more.
      # @param keys [Array<String>, nil] of a group; nil: of all
      # @return [Array<Integer>] the runs that had them
      def free_lapsed_slots(keys = nil) = abstract

      # A job found no slot, and ends: from now on the run waits without one.
      # @return [Boolean] whether it was this job's
      def await_slot(run_id, job_id:) = abstract

      # @param flow_names [Array<String>] of a group
      # @return [Array<Row>] their runs that wait for a slot, the oldest first
      def awaiting_slot(flow_names, limit: 1) = abstract

      # @param task_id [String, Integer]
      # @return [Array<Row>] the runs that this task has started, in that order
      def children_of(task_id) = abstract

      # @param task_id [String, Integer]
      # @return [Integer] how many these are
      def count_children(task_id) = abstract

      # Lets a run alone that waits, and whose flow is unknown here.
      # @param row [Row] as it was found
      # @param error [Exception] kept with the run
      # @param after [Numeric] seconds
      # @return [Integer, nil] since when nobody knew it, in seconds since the epoch; nil where it does not wait any more
      def postpone(row, error, after:) = abstract

      # Ends a run that waits.
      # @param row [Row] as it was found
      # @param error [Exception]
      # @return [Boolean] whether it still waited
      def fail_waiting(row, error) = abstract

      # Makes a run due that waits for a slot.
      # @return [Boolean] whether it did
      def hasten(run_id) = abstract

      private

      # The run's metadata with the moment since which nobody knew its flow. Each claim, by who does, begins anew.
      def unknown(row)
        known = row.metadata&.fetch("unknown", nil)
        since = (known && known["fence"] == row.fence) ? known["since"] : clock.now.to_i
        (row.metadata || {}).merge("unknown" => {"fence" => row.fence, "since" => since})
      end
    end
  end
end
