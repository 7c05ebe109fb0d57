# frozen_string_literal: true

require_relative "base"
require_relative "sql/moments"
require_relative "sql/statement"
require_relative "sql/statements"
require_relative "sql/keys"
require_relative "sql/connection"
require_relative "sql/looking"
require_relative "sql/starting"
require_relative "sql/outcomes"
require_relative "sql/people"
require_relative "sql/reading"
require_relative "sql/dispatching"
require_relative "sql/slots"
require_relative "sql/sweeping"
require_relative "sql/parting"
require_relative "sql/children"
require_relative "sql/unknown"
require_relative "sql/rejecting"
require_relative "sql/marking"
require_relative "sql/marks"

module ActiveDataFlow
  module RunStore
    # Runs in a table beside the sink: rows, cursor and counters commit together. The first statement of a commit is the
    # fence's UPDATE; who is overtaken matches no row. All moments are the server's.
    class SQL < Base
      include Statements
      include Keys
      include Connection
      include Looking
      include Starting
      include Outcomes
      include People
      include Reading
      include Dispatching
      include Slots
      include Sweeping
      include Parting
      include Children
      include Unknown
      include Rejecting
      include Marking

      # @return [ActiveDataFlow::ActiveRecord::Database]
      attr_reader :database

      # @param database [ActiveDataFlow::ActiveRecord::Database]
      # @return [SQL] of the database's kind
      def self.for(database, **options)
        kind = {sqlite: SQLite, postgresql: PostgreSQL, mysql: MySQL}.fetch(database.kind)
        kind.new(database, **options)
      end

      def initialize(database, **options)
        super(**options)
        @database = database
      end

      # (see Base#claim)
      def claim(run_id, token: RunStore.new_token, owner: RunStore.owner, active_key: nil, slot_key: nil, job_id: nil, provider_job_id: nil)
        values = {token:, owner:, active_key:, slot: slot_key, job: job_id&.to_s, provider_job: provider_job_id&.to_s}
        row = alone_or_undone { |connection| take(connection, id: run_id, **values) }
        row && Claim.new(typed(row))
      rescue => error
        raise SlotTaken, "the slot #{slot_key} is being taken" if slot_key && held_up?(error)
        raise unless database.taken?(error)
        raise SlotTaken, "the slot #{slot_key} is taken" if error.message.include?("slot_key")

        raise AlreadyRunning, "run #{run_id} cannot begin: another run of its flow and arguments is at work"
      end

      # (see Base#commit)
      def commit(claim, to:, counters: {}, rows: 0, &writes)
        write(claim, set_commit(counters), to, counters, rows, &writes)
      end

      # (see Base#finish)
      def finish(claim, to: claim.cursor, counters: {}, rows: 0, callbacks: true, &writes)
        ended = {status: "success", token: nil, active_key: nil, slot_key: nil, callbacks_due: (callbacks && !claim.part?) ? 1 : 0}
        write(claim, set_last(counters, callbacks), to, counters, rows, at_the_end, **ended, &writes)
      end

      # (see Base#release)
      def release(claim, after: nil, throttled: false) = hold(claim, set_released(after, throttled:))

      # (see Base#leaving)
      def leaving(claim, going = true) = hold(claim, "leaving = #{going ? 1 : 0}")

      # (see Base#throttle)
      def throttle(claim, wait) = hold(claim, "leaving = #{wait ? 1 : 0}, throttled_until = #{moment_after(wait)}")

      # (see Base#stop)
      def stop(claim)
        return release(claim) unless claim.stop_requested == "cancel"

        hold(claim, set_cancelled)
      end

      # (see Base#fail)
      def fail(claim, error) = hold(claim, set_failed, **Base.error_columns(error))

      # (see Base#tries)
      def tries(claim, rows:, key: nil)
        hold(claim, "tries_fence = fence, tries_rows = :rows, tries_key = :key", rows:, key:) or raise lost(claim)
        claim.with(tries_fence: claim.fence, tries_rows: rows, tries_key: key)
      end

      # (see Base#announce)
      def announce(claim, bounds)
        hold(claim, "pending_bounds = :bounds", bounds:) or raise lost(claim)
        claim.with(pending_bounds: bounds)
      end

      # (see Base#rewind)
      def rewind(claim)
        hold(claim, "#{quoted(:cursor)} = NULL, pending_bounds = NULL, sink_checkpoints = NULL") or raise lost(claim)
        claim.with(cursor: nil, pending_bounds: nil, sink_checkpoints: nil)
      end

      # (see Base#suspect)
      def suspect(claim, level:, suspect_left:)
        hold(claim, "level = :level, suspect_left = :left, deaths = 0", level:, left: suspect_left) or raise lost(claim)
        claim.with(level:, suspect_left:, deaths: 0)
      end

      # (see Base#remember_deaths)
      def remember_deaths(claim, moments)
        death_times = JSON.generate(moments)
        hold(claim, "death_times = :death_times", death_times:) or raise lost(claim)
        claim.with(death_times:)
      end

      # (see Base#alive)
      def alive(claim)
        !database.with_connection do |connection|
          change(connection, set_alive, "id = :id AND prev_token = :token", id: claim.id, token: claim.token, most: batch_timeout)
        end.nil?
      end

      # (see Base#pool)
      def pool = database.pool

      # (see Base#inside_transaction?)
      def inside_transaction? = database.inside_transaction?

      # (see Base#trouble?)
      def trouble?(error) = database.trouble?(error)

      # (see Base#unreachable?)
      def unreachable?(error) = database.unreachable?(error)

      # (see Base#shared?)
      def shared? = !database.private?

      private

      # P3: the fence, the rows, the lease if that took long, COMMIT.
      def write(claim, set, to, counters, rows, columns = "stop_requested", **ended)
        more = {}
        fenced = database.transaction do |connection, alone|
          row = fence(connection, claim, set, alone, columns, to:, rows:, **counts_of(counters)) or raise lost(claim)
          began = seconds
          more = yield(connection) if block_given?
          more = {} unless more.is_a?(Hash)
          prolong(connection, claim, more) if more.any? || seconds - began > claim.lease_seconds / 3.0
          row
        end
        after_commit(claim, to, rows, added(counters, more), **ended, **typed(fenced))
      rescue LeaseLost
        alive(claim)
        raise
      end

      def fence(connection, claim, set, _alone, columns, **values)
        change_often(connection, set, guards, columns, **holder(claim), known: claim.commits, **values)
      end

      def prolong(connection, claim, counters)
        change_often(connection, "#{set_counters(counters)}lease_until = #{later("lease_seconds")}", "id = :id", id: claim.id, **counts_of(counters))
      end

      # A key that is taken would end the application's transaction on PostgreSQL, if one is open.
      def alone_or_undone(&) = inside_transaction? ? database.transaction(&) : database.with_connection(&)

      # Where a claim takes more than one statement, somebody may stand still between them.
      def held_up?(_error) = false

      def hold(claim, set, **values)
        !database.with_connection { |connection| change(connection, set, Statements::HELD, **holder(claim), **values) }.nil?
      end

      def take(connection, **values) = change_unlocked(connection, set_claim, "id = :id AND #{free}", everything, **values)

      # With the run comes what its worker would ask for next.
      def everything = "*, #{Statements::FLOW_NAME}, #{Statements.of_flow(:read_state, :read_states)}"

      # What a row that has ended says of it, and its flow.
      def at_the_end = "stop_requested, metadata, lease_until, dispatch_after, ended_at, updated_at, #{Statements.of_flow(:status, :flow_status)}"

      def holder(claim) = {id: claim.id, fence: claim.fence, token: claim.token}

      def seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end

require_relative "sql/sqlite"
require_relative "sql/postgresql"
require_relative "sql/mysql"
