# frozen_string_literal: true

require_relative "row"
require_relative "clock"
require_relative "owner"
require_relative "storable"
require_relative "dispatching"
require_relative "progressing"
require_relative "parting"
require_relative "rejecting"

module ActiveDataFlow
  module RunStore
    # What every store of runs does. One token at most can commit; a claim that was overtaken writes nothing any more.
    #
    #   row = store.find_or_create(flow_name: "OrderExportFlow", arguments: {}, digest:, fingerprint:)
    #   claim = store.claim(row.id) or return             # somebody else is at it
    #   claim = store.commit(claim, to: "i:10", counters: {read: 10}, rows: 10) { {new: 9, unchanged: 1} }
    #   store.finish(claim, to: "i:12", counters: {read: 2, new: 2}, rows: 2) { write_last }
    class Base
      include Progressing
      include Dispatching
      include Parting
      include Rejecting

      # @return [Clock] which specs move
      attr_reader :clock
      # @return [Integer] seconds that the lease of a new run lasts
      attr_reader :lease_seconds
      # @return [Integer] seconds that a lease is prolonged to at most, however slow its worker
      attr_reader :batch_timeout

      def initialize(lease_seconds: 15, batch_timeout: 600)
        @clock = Clock.new
        @lease_seconds = lease_seconds
        @batch_timeout = batch_timeout
      end

      # The run to go on with: the unfinished or failed one of this flow and these arguments, else a new one. A failed one
      # is pending again afterwards; a paused one is returned as it is.
      # @param flow_name [String]
      # @param arguments [Hash] JSON-safe
      # @param digest [String] SHA-256 of their canonical JSON
      # @param fingerprint [String, nil] kept with a new run; an old one keeps its own
      # @param restart [Boolean] cancels that run and makes a new one
      # @param cursor [String, nil] where a new run begins
      # @param beginning [#call, nil] says instead of both where one begins: with the newest run of this flow and these arguments
      #   that succeeded or failed, or nil, as it is when the new one is made; gives :cursor, :fingerprint and :ranges. What a failed run
      #   has committed is not to be read again, and no other run can have moved the cursor meanwhile
      # @param definition [Hash] :source, :sink and :runtime, JSON-safe, for a flow that has no row yet
      # @param ranges [Array<Array(String, String)>, nil] a new run is split into parts of these, see {Parting}
      # @param premises [Engine::Premises::Part, nil] what is to be confirmed; only where there is a {#pool}
      # @param owing [Boolean] whether to look for runs of the same arguments that ended, and whose flow was not told
      # @return [Row]
      # @raise [AtWork] when it is to be cancelled, and somebody holds it; nothing has been changed
      # @raise [Owing] when there are such; nothing has been changed
      # @raise [Engine::Premises::Outdated] when they do not hold; nothing has been changed
      def find_or_create(flow_name:, arguments:, digest:, fingerprint: nil, restart: false, cursor: nil, beginning: nil, definition: {}, ranges: nil,
        premises: nil, owing: false)
        abstract
      end

      # @return [Row, nil]
      def find(run_id) = abstract

      # @param limit [Integer, nil] how many at most
      # @return [Array<Row>] of a flow, or of all, newest first
      def runs(flow_name = nil, limit: nil) = abstract

      # Takes the run, if it is free: waiting, or its lease has ended, or this job has it already.
      # @param token [String] random, never used before
      # @param owner [String] who; a process that finds its own lease lapsed adds no death
      # @param active_key [String] of which only one can be at work; by default flow and arguments
      # @param slot_key [String, nil] a place in a group
      # @param job_id [String, nil]
      # @param provider_job_id [Object, nil] what the queue calls that job
      # @return [Claim, nil] nil when it is not free
      # @raise [AlreadyRunning] when another run has the active_key
      # @raise [SlotTaken] when another run has the slot_key
      def claim(run_id, token: RunStore.new_token, owner: RunStore.owner, active_key: nil, slot_key: nil, job_id: nil, provider_job_id: nil) = abstract

      # One commit: the fence, what the block writes, cursor and counters, all or nothing.
      # @param claim [Claim] the newest
      # @param to [String, nil] the cursor afterwards
      # @param counters [Hash{Symbol => Integer}] what is added, by {Columns::COUNTERS}
      # @param rows [Integer] how many rows the batch has
      # @yield [connection] inside the transaction, after the fence; a Hash it returns is added to the counters
      # @return [Claim] to go on with; its `stop_requested` is as the row has it now
      # @raise [LeaseLost] when it is not the newest; nothing was written, and it said that it is alive
      # @raise [StandardError] anything else: what became of it says {#unknown_outcome}
      def commit(claim, to:, counters: {}, rows: 0, &writes) = abstract

      # The last commit: afterwards the run is a success, and its callbacks are due.
      # @param callbacks [Boolean] false where the flow has none
      # @return [Claim] (see #commit) as the row is now
      def finish(claim, to: claim.cursor, counters: {}, rows: 0, callbacks: true, &writes) = abstract

      # Prolongs leases; passes over rows that an open commit holds.
      # @param claims [Array<Claim>]
      # @return [Array<String>] tokens that are not in force any more
      def renew(claims) = abstract

      # Gives the run back: the end of a worker, not of the run.
      # @param after [Numeric, nil] seconds until it may be dispatched again; nil leaves that to somebody else
      # @param throttled [Boolean] whether that is because something is to be left alone until then
      # @return [Boolean] whether it was still ours
      def release(claim, after: nil, throttled: false) = abstract

      # Says that this worker is about to be stopped, or waits: its end is no death.
      # @param going [Boolean] false takes it back
      # @return [Boolean] whether it was still ours
      def leaving(claim, going = true) = abstract

      # Says that this worker leaves something alone for so long: its end meanwhile is no death.
      # @param wait [Numeric, nil] seconds; nil when it goes on
      # @return [Boolean] whether it was still ours
      def throttle(claim, wait) = abstract

      # Ends what a person asked to stop: a cancelled run is cancelled, a paused one released.
      # @return [Boolean] whether it was still ours
      def stop(claim) = abstract

      # @param error [Exception]
      # @return [Boolean] whether the run was still ours; it is failed then
      def fail(claim, error) = abstract

      # @return [Boolean] true for the one whose call it was that the callbacks are no longer due
      def callbacks_done(run_id) = abstract

      # An overtaken worker was only slow: takes back the death that the next one counted.
      # @return [Boolean] whether it counted one
      def alive(claim) = abstract

      # After any error out of {#commit} but {LeaseLost}.
      # @param within [Numeric] seconds to reach the database in
      # @return [Outcome]
      def unknown_outcome(claim, within: 60) = abstract

      # Before a batch while the run's level is above 0: what is about to be tried.
      # @param rows [Integer]
      # @param key [String, nil] of the row, where it is one
      # @return [Claim]
      # @raise [LeaseLost]
      def tries(claim, rows:, key: nil) = abstract

      # What a sink is about to be sent that is not committed with the run. The next commit forgets it.
      # @param bounds [String] JSON
      # @return [Claim]
      # @raise [LeaseLost]
      def announce(claim, bounds) = abstract

      # Gives the cursor up: the run goes on at the first row, with the counts that it has.
      # @return [Claim]
      # @raise [LeaseLost]
      def rewind(claim) = abstract

      # Sets the level that the deaths led to, and forgets the deaths.
      # @return [Claim]
      # @raise [LeaseLost]
      def suspect(claim, level:, suspect_left:) = abstract

      # Keeps the moments of deaths, of which a run survives so many an hour; after a claim that `died?`.
      # @param moments [Array<Integer>] microseconds since the epoch
      # @return [Claim]
      # @raise [LeaseLost]
      def remember_deaths(claim, moments) = abstract

      # Says something of the run that people should know.
      # @param text [String, nil] nil takes it back
      # @return [Boolean] whether the run was still ours
      def note(claim, text) = abstract

      # @return [Boolean] whether the run was unfinished, and not told to stop already
      def pause(run_id) = abstract

      # A paused run may go on; a failed one begins again at its cursor.
      # @return [Boolean] whether it was one of these
      def resume(run_id) = abstract

      # @return [Boolean] whether the run was unfinished or failed
      def cancel(run_id) = abstract

      # @return [Object, nil] of the connections to its database; nil where there is none
      def pool = nil

      # @return [Boolean] whether this thread is inside a transaction that the store did not begin: nobody else can see
      #   the run then, and its lease means nothing
      def inside_transaction? = false

      # @return [Boolean] whether the store's database, not the program, is what went wrong
      def trouble?(_error) = false

      # @return [Boolean] whether the store's database did not answer, or not to the end
      def unreachable?(_error) = false

      # Ends a session that stands still inside a commit of the run, which keeps it from being claimed: where that can be told.
      # @param _row [Row] as it is now
      # @return [Integer] how many sessions were ended
      def break_lock(_row) = 0

      # @return [Boolean] whether another thread or process can take a run whose lease has ended
      def shared? = true

      # @return [Hash] of `error`, for the columns
      def self.error_columns(error)
        {error_class: error.class.name, error_message: text(error.message), error_backtrace: text(error.backtrace&.first(50)&.join("\n"))}
      end

      # What any database can keep: UTF-8 without NUL.
      def self.text(value) = value&.to_s&.dup&.force_encoding(Encoding::UTF_8)&.scrub("\uFFFD")&.delete("\0")

      private

      def abstract = raise(NotImplementedError, "#{self.class} has to define ##{caller_locations(1, 1).first.base_label}")

      # @return [Hash{Symbol => Integer}] a number for each counter
      def counts_of(counters)
        unknown = counters.keys - Columns::COUNTERS
        raise ArgumentError, "there is no counter #{unknown.join(", ")}, only #{Columns::COUNTERS.join(", ")}" if unknown.any?

        Columns::COUNTERS.to_h { |name| [name, Integer(counters.fetch(name, 0))] }
      end

      # Counters of two Hashes together.
      def added(counters, more)
        return counters unless more.is_a?(Hash)

        counters.merge(more) { |_name, one, other| one + other }
      end

      def lost(claim)
        LeaseLost.new("#{claim}: another worker has it (this one had fence #{claim.fence}, commits #{claim.commits}); nothing of the open batch was written")
      end

      # The claim after a commit, by P3.
      def after_commit(claim, to, rows, counters, more = {})
        spent = claim.suspect_left <= rows
        claim.with(commits: claim.commits + 1, deaths: 0, cursor: to, pending_bounds: nil, level: spent ? 0 : claim.level,
          suspect_left: spent ? 0 : claim.suspect_left - rows,
          **counters.to_h { |name, count| [:"rows_#{name}", claim[:"rows_#{name}"] + count] }, **more)
      end
    end
  end
end
