# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # The statements of tasks, as protocols have them; each is made and prepared once. `:name` is a value.
      class Statements
        include Dispatches

        READ = %w[id version type task_status current_state entered_at wakes_at expires_at delete_at completed_at failed_at
          steps attempts created_at updated_at parent_id data history].freeze
        STATE = {task_status: :status, current_state: :state, completed_at: :completed, failed_at: :failed, expires_at: :timeout,
                 delete_at: :delete, updated_at: :updated, attempts: :attempts, entered_at: :entered,
                 unique_key: :unique_key, history: :history}.freeze
        BORN = {type: :type, parent_id: :parent, created_at: :created, wakes_at: :wake, data: :data, start_key: :start_key, steps: :steps}.freeze
        DUE = "task_status = 10 AND (wakes_at <= :now OR expires_at <= :now)"
        DEATHS_HERE = "CASE WHEN steps = :steps THEN deaths ELSE 0 END"
        ENDED = "task_status IN (100, -1) AND delete_at <= :before"

        # What a move on the way of a burst changes: nothing that an index or a foreign key stands on, so that neither is
        # touched, and PostgreSQL need not write them anew.
        MOVED = {current_state: :state, updated_at: :updated, attempts: :attempts, entered_at: :entered, history: :history}.freeze

        # @return [Dialect]
        attr_reader :dialect

        # @param dialect [Dialect]
        # @param lease [Numeric, nil] seconds; nil where no process but this one can see the database
        def initialize(dialect, lease)
          @dialect = dialect
          @lease = lease
          @made = {}
          @steps = []
        end

        # @return [Statement]
        def [](name, *variant)
          forget if @offset != @dialect.clock.offset
          @made[[name, *variant]] ||= @dialect.statement(public_send(name, *variant))
        end

        # @param where [String] in SQL
        def select(where) = "SELECT #{READ.join(", ")} FROM #{Columns::TASKS} WHERE #{where}"

        # As a row is now, whatever the transaction has seen of it.
        # @param where [String] in SQL, of one row
        def now(where) = "#{select(where)}#{@dialect.as_it_is_now}"

        # @param order [String] in SQL
        def list(where, order) = "#{select(where)} ORDER BY #{order}"

        # (see #select)
        def count(where) = "SELECT COUNT(*) FROM #{Columns::TASKS} WHERE #{where}"

        # (see #list)
        def ids(where, order) = "SELECT id FROM #{Columns::TASKS} WHERE #{where} ORDER BY #{order}"

        # Locked for who deletes them, by a write that changes nothing.
        def old(more, limit)
          change_some({delete_at: "delete_at"}, "#{ENDED}#{more} LIMIT #{limit}")
        end

        # Waiting and due, or active and left behind by its process.
        def due(more) = list("((#{DUE}) OR (#{dead}))#{more}", "wakes_at")

        def insert(with_id, active)
          given = {**(with_id ? {id: :id} : {}), **BORN, **STATE}.transform_values { |name| ":#{name}" }
          Insert.new(known(**given, **leased(active)))
        end

        # A task that is put to sleep although one of its sub-tasks has ended is due at once: it may not have seen that.
        # @param status [Integer] the new one
        def update(status, with_data, unflushed)
          sets = STATE.transform_values { |name| ":#{name}" }
          sets[:data] = ":data" if with_data
          sets[:wakes_at] = (status == 10) ? asleep_until : ":wake"
          sets[:parent_id] = @dialect.parent
          sets[:deaths] = (status == 0) ? DEATHS_HERE : "0"
          sets[:steps] = ":steps"
          change({**sets, **counted, **leased(status == 0)}, [guard, *(@dialect.unflushed if unflushed)].join(" AND "))
        end

        # From one active state to the next, where what {Row#standing} names is as it was.
        def move(with_data, unflushed)
          sets = MOVED.transform_values { |name| ":#{name}" }
          sets[:data] = ":data" if with_data
          change({**sets, deaths: DEATHS_HERE, steps: ":steps", **counted, **leased(true)}, [guard, *(@dialect.unflushed if unflushed)].join(" AND "))
        end

        # The same, found without a key being made.
        # @return [Statement]
        def step(with_data, unflushed)
          forget if @offset != @dialect.clock.offset
          @steps[(with_data ? 2 : 0) + (unflushed ? 1 : 0)] ||= self[:move, with_data, unflushed]
        end

        # A wake, or what a dead process has left; one claim decides, so they cannot race.
        def claim = change_free(claimed, "(#{DUE}) OR (#{dead})", "deaths")

        # The same for a copy that is as new as what is stored, due or not.
        def claim_copy = change_free(claimed, "version = :version AND (task_status = 10 OR (#{dead}))", "deaths")

        # Never touches the version: whoever is at work on the task goes on.
        def signal
          change({signals: "signals + 1", wakes_at: "CASE WHEN task_status = 10 THEN #{moment(:now)} ELSE wakes_at END"},
            "id = :id AND (task_status = 0 OR (task_status = 10 AND (wakes_at IS NULL OR wakes_at > :now)))", "task_status")
        end

        # After a write whose answer was lost: a write that changes the guard ends one that is still on its way.
        def settle
          change(counted, "id = :id AND (version = :version OR (version = :version + 1 AND updated_at = :updated))", "version")
        end

        # A claim of this process's that it does not know of, and one that is still on its way.
        def unclaim
          mine = "task_status = 0 AND claimed_by = :owner AND updated_at = :now"
          change({wakes_at: "CASE WHEN task_status = 0 THEN #{moment(:now)} ELSE wakes_at END", task_status: "10", **counted, **leased(false)},
            "id = :id AND (task_status = 10 OR (#{mine}))")
        end

        # Changes nothing, but is a write.
        def hold = change({updated_at: "updated_at"}, guard)

        # @param ids [String] in SQL
        def renew(ids) = change_some({claimed_until: until_lease_ends}, "id IN (#{ids}) AND claimed_by = :owner AND task_status = 0")

        private

        def forget
          @made.clear
          @steps.clear
          @offset = @dialect.clock.offset
        end

        def change(sets, where, returning = "id", rows: :one) = Change.new(sets: known(**sets), where:, returning:, rows:)

        def change_free(sets, where, returning = "id") = change(sets, "id = :id AND (#{where})", returning, rows: :free)

        def change_some(sets, where, returning = "id") = change(sets, where, returning, rows: :some)

        def claimed
          {deaths: "CASE WHEN task_status = 0 THEN deaths + 1 ELSE deaths END", task_status: "0", wakes_at: "NULL",
           signals: "0", updated_at: ":now", **counted, **leased(true)}
        end

        # What the table has.
        def known(**sets) = sets

        def asleep_until = "CASE WHEN signals > 0 THEN #{moment(:now)} ELSE #{moment(:wake)} END"

        def guard = "id = :id AND version = :version"

        def counted = {version: "version + 1"}

        # An active task has somebody who runs it, until it has not renewed that for a lease.
        def leased(active) = {claimed_by: active ? ":owner" : "NULL", claimed_until: active ? until_lease_ends : "NULL"}

        def until_lease_ends = @lease ? @dialect.later(@lease) : "NULL"

        # So has one that the gem's ancestor left active, which knows no leases: that goes by its age.
        def dead = "task_status = 0 AND (claimed_until < #{@dialect.now}#{" OR (claimed_until IS NULL AND updated_at < :dead)" if @lease})"

        def moment(name) = @dialect.moment(":#{name}")
      end

      # The same for a table of the gem's ancestor, which knows neither versions nor leases: the guard is what was read, and
      # a task that has been active for long is dead.
      class OldStatements < Statements
        def select(where)
          columns = READ.map { |name| Columns::ADDED.key?(name.to_sym) ? "NULL AS #{name}" : name }
          "SELECT #{columns.join(", ")} FROM #{Columns::TASKS} WHERE #{where}"
        end

        def signal
          change({wakes_at: ":now"}, "id = :id AND task_status = 10 AND (wakes_at IS NULL OR wakes_at > :now)", "task_status")
        end

        # Without a column for the mark: all that is due, each time.
        def dispatch(moment, more, limit)
          due = "(task_status = 10 AND #{moment} <= :now) OR (#{dead})"
          "SELECT id, type, 0 FROM #{Columns::TASKS} WHERE (#{due})#{more} ORDER BY #{moment} LIMIT #{limit}"
        end

        def claim = change_free(claimed, "(#{DUE}) OR (#{dead})", "0")

        def claim_copy = change(claimed, "#{guard} AND (task_status = 10 OR (#{dead}))", "0")

        private

        def known(**sets) = sets.except(*Columns::ADDED.keys)

        def asleep_until = ":wake"

        def guard = "id = :id AND task_status = :old_status AND current_state = :old_state AND updated_at = :old_updated"

        def dead = "task_status = 0 AND updated_at < :dead"
      end
    end
  end
end
