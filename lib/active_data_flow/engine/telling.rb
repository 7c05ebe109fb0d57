# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What an {Attempt} tells of itself. Of rows it tells how many there were, never what was in them.
    module Telling
      private

      # The attempt, from its claim to its end, and on until it is decided what becomes of a run that an error has ended.
      def telling_run
        tell_of(:resume, cursor: shown_cursor, attempt: claim.attempt, deaths: claim.deaths) if claim.commits.positive?
        return yield unless Instrumentation.listening?(:run)

        before = claim
        Instrumentation.instrument(:run, **told, arguments: Shown.row(@plan.flow.arguments)) do |payload, keep|
          yield
        ensure
          payload.update(status: status_now, **counted(before), cursor: shown_cursor)
          tell_when_decided(payload, keep.call) if keep && @undecided
        end
      end

      def tell_when_decided(payload, finish)
        @undecided.decided do |status|
          payload[:status] = status
          finish.call
        end
      end

      # One batch, from its first step to its commit.
      def telling_batch(portion)
        return yield unless %i[batch checkpoint].any? { |name| Instrumentation.listening?(name) }

        before = claim
        Instrumentation.instrument(:batch, **told, rows: portion.size) do |payload|
          yield.tap { payload.update(counted(before)) }
        end.tap { tell_of(:checkpoint, cursor: shown_cursor, commits: claim.commits) }
      end

      # Rows that a committed batch has put aside: how many, and what the first of them was about.
      def tell_rejects(aside, before)
        count = claim.rows_rejected - before.rows_rejected
        return if count.zero? || !Instrumentation.listening?(:reject)

        first = aside.entries.first
        tell_of(:reject, count:, stage: first&.stage, column_name: first&.column_name, error_class: first&.error_class,
          reason: first && Shown.text(first.reason, row: first.row, column: first.column_name))
      end

      # The end of this attempt, not of the run's work.
      # @param reason [String]
      def tell_interrupt(reason)
        @left = reason
        tell_of(:interrupt, reason:, cursor: shown_cursor)
      end

      def tell_of(name, **payload)
        Instrumentation.instrument(name, **told, **payload) if Instrumentation.listening?(name)
      end

      def told = {run_id: claim.id, flow: claim.flow_name}

      def counted(before)
        RunStore::Columns::COUNTERS.to_h { |name| [name, claim[:"rows_#{name}"] - before[:"rows_#{name}"]] }
      end

      # As people read it; a key may be personal, too.
      def shown_cursor
        return if claim.cursor.nil?

        (@plan.source.cursor.any? { |name| Shown.hidden?(name) }) ? Shown::FILTERED : @plan.place(claim.cursor)
      end

      # Without asking the store, where the attempt knows.
      def status_now
        return claim.status if claim.finished?
        return "failed" if @failed

        return {"pause" => "paused", "cancel" => "cancelled"}.fetch(@left, "in_progress") if @left

        # An error that was not recorded, a signal: who comes next goes on. No error: a commit whose answer was lost.
        $! ? "in_progress" : run.status
      end
    end
  end
end
