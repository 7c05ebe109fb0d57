# frozen_string_literal: true

require "json"

module ActiveDataFlow
  module Engine
    # The authority of a run whose sink is in another SQL database: a mark there, committed with the rows, says how far it has
    # come, and who may write. The run's own row follows it; after a crash between the two the mark is right (protocols.md P13).
    class Marks < Authority
      # Seconds in which whoever stands still in a commit there has to be out of it.
      PATIENCE = 60
      private_constant :PATIENCE

      # @param plan [Plan]
      # @param store [RunStore::SQL]
      # @param marks [RunStore::SQL::Marks] of the sink's database
      def initialize(plan, store, marks)
        super(plan, store)
        @marks = marks
        begin_anew
      end

      # (see Authority#take)
      def take(claim)
        begin_anew
        @identity ||= @store.identity(claim)
        mark = nil
        mark, claim = taken(claim) until mark
        followed(claim, mark)
      end

      # One commit there, all or nothing; then the run's row.
      # @param claim [RunStore::Claim] the newest
      # @param last [Boolean] whether the run is a success afterwards
      # @param to [String, nil] the cursor afterwards
      # @param rows [Integer]
      # @param counters [Hash{Symbol => Integer}]
      # @yieldparam connection [Object] inside the transaction
      # @yieldreturn [Hash] counters to be added
      # @return [RunStore::Claim]
      # @raise [LeaseLost] when it is not the newest; nothing was written
      def commit(claim, last:, to:, rows: 0, counters: {})
        begin_anew
        added = counters
        @marks.commit(@identity, claim, to:, state: state(claim, added, last)) do |connection|
          more = yield(connection)
          added = counters.merge(more) { |_name, one, other| one + other }
          state(claim, added, last) if more.any? || @kept.any? || @rejects.any?
        end
        after = follow(claim, last, to:, rows:, counters: added)
        tidy(claim, after) if last && @rejects.any?
        after
      end

      # Puts rows aside with the mark: after a crash they are found there.
      # @param _claim [RunStore::Claim]
      # @param rejects [Array<Hash>]
      def reject(_claim, rejects)
        @rejects += rejects
      end

      # Keeps them with the mark, too.
      # @param _claim [RunStore::Claim]
      # @param columns [Hash{Symbol => String}] see {RunStore::Progressing#keep_of_sinks}
      def keep_of_sinks(_claim, **columns)
        @kept = columns
      end

      # The mark says which reject's row was written last: after a crash before that is noted with the reject, it is noted by who
      # comes next, and not written again.
      # @param row [RunStore::Row]
      # @param id [Integer, String]
      # @param content [String]
      # @yieldparam connection [Object] inside the transaction
      # @yieldreturn [Boolean] whether to commit
      # @return [Symbol]
      # @raise [RunStore::AtWork]
      def replay(row, id, content)
        @identity ||= @store.identity(row)
        settle(id)
        @store.replay(row, id) do
          @marks.replay(@identity, "#{id}/#{content[0, 32]}") { |connection| yield(connection) or raise RunStore::Rejecting::Unreplayed }
        end
      end

      # (see Authority#to_s)
      def to_s = "rows and the run's mark in one transaction of the sink's database (#{RunStore::Columns::MARKS_TABLE}), then the run's cursor"

      private

      # What was replayed before, if that is not noted yet.
      def settle(id)
        before = @marks.replayed(@identity)&.split("/")&.first
        @store.change_reject(before, status: "replayed", replayed_at: :now) if before && before != id.to_s
      end

      # What goes into the mark of one commit, beside its rows.
      def begin_anew
        @kept = {}
        @rejects = []
      end

      # @return [Array(RunStore::SQL::Marks::Mark, RunStore::Claim)] no mark where it has to be tried again
      def taken(claim)
        run = @store.run_of_mark(claim).merge(state: state(claim, {}, false))
        mark = waiting(claim) { @marks.take(@identity, claim, **run) } and return [mark, claim]

        there = @marks.find(@identity) or return [nil, claim.tap { @marks.add(@identity, claim, **run) }]
        return [there, claim] if there.token == claim.token # taken by a statement whose answer was lost

        # What is there is newer than the run's row: that is an older state of it, or of its database. Or the run is
        # another worker's by now, which this write says.
        claim = @store.raise_fence(claim, above: there.fence)
        @marks.forget(@identity, there, claim, **run) unless there.run_id == run[:run_id] && there.born == run[:born]
        [nil, claim]
      end

      # A worker that stands still in its commit has the mark's row; where a database can end that, it is ended.
      def waiting(claim)
        deadline = now + PATIENCE
        begin
          yield
        rescue => error
          raise if now > deadline || !@marks.busy?(error)

          @marks.break_lock(@identity, claim.lease_seconds)
          retry
        end
      end

      def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

      # As many commits are what the run's row has, too.
      def followed(claim, mark)
        return claim if mark.commits == claim.commits

        state = JSON.parse(mark.state)
        last = state.fetch("finished")
        # Its own last commit is still to come.
        claim = @store.adopt(claim, commits: last ? mark.commits - 1 : mark.commits, cursor: mark.cursor, of_sinks: state.fetch("of_sinks").transform_keys(&:to_sym),
          counters: state.fetch("counters").transform_keys(&:to_sym), rejects: rejects_in(state))
        Operations.logger.info("#{claim}: its last batch was committed in the sink's database, and is noted here now")
        last ? @store.finish(claim, to: mark.cursor, callbacks: callbacks?(claim)) : claim
      end

      def rejects_in(state) = state.fetch("rejects", []).map { |values| values.transform_keys(&:to_sym) }

      def follow(claim, last, **written)
        note = lambda do |_connection|
          @store.reject(claim, @rejects) if @rejects.any?
          @store.keep_of_sinks(claim, **@kept) if @kept.any?
          {} # no counters beside those that the mark has
        end
        last ? @store.finish(claim, **written, callbacks: callbacks?(claim), &note) : @store.commit(claim, **written, &note)
      end

      # Rows that were put aside are in the run's database now; no later commit takes them out of the mark.
      def tidy(claim, after)
        @rejects = []
        @marks.tidy(@identity, claim, state(after, {}, true))
      end

      # What the run's row has after that commit, whatever it had before.
      def state(claim, counters, last)
        of_sinks = {sink_checkpoints: claim.sink_checkpoints, sink_counts: claim.sink_counts, **@kept}
        JSON.generate({counters: claim.totals(counters), finished: last, of_sinks:, rejects: @rejects.any? ? @store.sealed(@rejects) : nil}.compact)
      end
    end
  end
end
