# frozen_string_literal: true

require_relative "base"
require_relative "memory/people"
require_relative "memory/table"
require_relative "memory/dispatching"
require_relative "memory/parting"
require_relative "memory/rejecting"

module ActiveDataFlow
  module RunStore
    # Runs of this process, gone with it: the same contract as in a database, as far as one process goes. What a commit's
    # block writes is not taken back when it raises; only cursor and counters are.
    class Memory < Base
      include People
      include Dispatching
      include Parting
      include Rejecting

      def initialize(**options)
        super
        @table = Table.new
      end

      # As {Base#find_or_create} says.
      # @return [Row]
      def find_or_create(flow_name:, digest:, restart: false, definition: {}, owing: false, **run)
        @table.exclusively do
          refuse_owing(flow_name, digest) if owing
          known = @table.newest { |row| row[:flow_name] == flow_name && row[:arguments_digest] == digest }
          known = nil if known && (%w[success cancelled].include?(known[:status]) || given_up?(known, restart))
          known ? Row.new(reopen(known).dup) : create(flow_name:, **columns(flow_name, {**run, digest:}))
        end
      end

      # (see Base#find)
      def find(run_id) = @table.row { @table[run_id] }

      # (see Base#runs)
      def runs(flow_name = nil, limit: nil)
        all = @table.all.select { |row| !row.part? && (flow_name.nil? || row.flow_name == flow_name) }.reverse
        limit ? all.first(limit) : all
      end

      # (see Base#claim)
      def claim(run_id, token: RunStore.new_token, owner: RunStore.owner, active_key: nil, slot_key: nil, job_id: nil, provider_job_id: nil)
        @table.exclusively do
          row = @table[run_id]
          next if row.nil? || !free?(row, job_id&.to_s)

          keys = {active_key: active_key || active_key_of(row), slot_key: row[:slot_key] || slot_key}
          refuse_taken(row, keys)
          row.update(claimed(row, owner), prev_token: row[:token], token:, owner:, owner_job_id: job_id&.to_s,
            provider_job_id: provider_job_id&.to_s || row[:provider_job_id], **keys)
          Claim.new(row.dup)
        end
      end

      # (see Base#commit)
      def commit(claim, to:, counters: {}, rows: 0, &writes) = write(claim, to, counters, rows, {}, &writes)

      # (see Base#finish)
      def finish(claim, to: claim.cursor, counters: {}, rows: 0, callbacks: true, &writes)
        due = {callbacks_due: (callbacks && !claim.part?) ? 1 : 0, dispatch_after: callbacks ? now : nil}
        ended = {status: "success", token: nil, active_key: nil, slot_key: nil, ended_at: now, **due}
        write(claim, to, counters, rows, ended, &writes)
      end

      # (see Progressing#keep_of_sinks)
      def keep_of_sinks(claim, **columns) = change(claim) { columns }

      # (see Base#renew)
      def renew(claims)
        claims.reject { |claim| change(claim, skip_locked: true) { |row| {lease_until: now + row[:lease_seconds]} } }.map(&:token)
      end

      # (see Base#release)
      def release(claim, after: nil, throttled: false)
        change(claim) { released(after, throttled:) }
      end

      # (see Base#leaving)
      def leaving(claim, going = true) = change(claim) { {leaving: going ? 1 : 0} }

      # (see Base#throttle)
      def throttle(claim, wait) = change(claim) { {leaving: wait ? 1 : 0, throttled_until: wait && now + wait} }

      # (see Base#stop)
      def stop(claim) = (claim.stop_requested == "cancel") ? change(claim) { |row| cancelled(row) } : release(claim)

      # (see Base#fail)
      def fail(claim, error)
        change(claim) { {status: "failed", **ENDED, callbacks_due: claim.part? ? 0 : 1, dispatch_after: now, ended_at: now, **Base.error_columns(error)} }
      end

      # (see Base#alive)
      def alive(claim)
        @table.exclusively do
          row = @table[claim.id]
          next false if row.nil? || row[:prev_token] != claim.token

          row.update(deaths: [row[:deaths] - 1, 0].max, lease_seconds: [2 * row[:lease_seconds], batch_timeout].min, prev_token: nil)
          true
        end
      end

      # (see Base#unknown_outcome)
      def unknown_outcome(claim, within: 60)
        @table.exclusively do
          row = @table[claim.id]
          ours = row && row[:fence] == claim.fence && (row[:token] == claim.token || row[:status] == "success")
          next Outcome.new(:lost, nil) if !ours

          committed = row[:commits] == claim.commits + 1
          next Outcome.new(committed ? :committed : :lost, nil) if row[:token].nil?

          row.update(fence: row[:fence] + 1, token: RunStore.new_token, lease_until: now + row[:lease_seconds])
          Outcome.new(committed ? :committed : :not_committed, Claim.new(row.dup))
        end
      end

      # (see Base#tries)
      def tries(claim, rows:, key: nil) = changed(claim, tries_fence: claim.fence, tries_rows: rows, tries_key: key)

      # (see Base#announce)
      def announce(claim, bounds) = changed(claim, pending_bounds: bounds)

      # (see Base#rewind)
      def rewind(claim) = changed(claim, cursor: nil, pending_bounds: nil, sink_checkpoints: nil)

      # (see Base#suspect)
      def suspect(claim, level:, suspect_left:) = changed(claim, level:, suspect_left:, deaths: 0)

      # (see Base#remember_deaths)
      def remember_deaths(claim, moments) = changed(claim, death_times: JSON.generate(moments))

      # (see Progressing#read_state)
      def read_state(claim) = @table.exclusively { @table.states[[claim.data_flow_id, claim.arguments_digest]] }

      # (see Progressing#keep_read_state)
      def keep_read_state(claim, state)
        @table.exclusively { @table.states[[claim.data_flow_id, claim.arguments_digest]] = state }
      end

      # (see Base#note)
      def note(claim, text) = change(claim) { {metadata: noted(claim, text)} }

      # (see Progressing#keep_facts)
      def keep_facts(claim, facts)
        with_facts(claim, facts).tap { |kept| change(claim) { {metadata: kept.metadata} } }
      end

      # (see Base#shared?)
      def shared? = false

      private

      # The block runs under no lock: an open commit marks its row instead, as a database's row lock does.
      def write(claim, to, counters, rows, ended)
        @table.open(claim.id) { |row| guarded?(row, claim) } or raise lost(claim)
        more = block_given? ? yield(nil) : nil
        counted = added(counters, more)
        counts_of(counted)
        @table.exclusively do
          row = @table[claim.id]
          after = after_commit(claim, to, rows, counted, lease_until: now + row[:lease_seconds], **row.slice(:stop_requested, :metadata), **ended)
          row.update(after.to_h.slice(*WRITTEN, *ended.keys))
          after
        end
      rescue LeaseLost
        alive(claim)
        raise
      ensure
        @table.close(claim)
      end

      def change(claim, skip_locked: false)
        @table.exclusively do
          row = @table[claim.id]
          next false if row.nil? || row[:fence] != claim.fence || row[:token] != claim.token
          next true if skip_locked && row[:open]

          row.update(yield(row))
          true
        end
      end

      def changed(claim, **changes)
        change(claim) { changes } or raise lost(claim)
        claim.with(**changes)
      end

      def now = clock.now
    end
  end
end
