# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # For the sweep: which tasks a job has to be enqueued for, what dead processes have left, and tasks of a class or
      # state that this program does not know.
      module Dispatching
        # A task that is due, as far as its job has to know it.
        Due = Data.define(:id, :type, :attempts) do
          # (see Machine::Failing#_retry_job)
          def _retry_job = attempts.positive? ? Registry.fetch(type)._retry_job : Machine::NOTHING
        end

        # How long a task may be unknown, while a new version of the program is rolled out; in seconds.
        UNKNOWN = 3600
        SINCE = /\Aunknown since (\d+)\z/
        private_constant :UNKNOWN, :SINCE

        # @return [Boolean] whether there is a table of tasks
        def ready? = !@setup.nil? || database.with_connection { |connection| connection.table_exists?(Columns::TASKS) }

        # Tasks that are due and that nobody was given lately. They are the caller's to enqueue; others get them when they
        # are still due after a while.
        # @param task_class [Class, nil] only tasks of this class and those below it
        # @return [Array<Due>]
        def dispatch(task_class = nil, limit:)
          now = Clock.now_us
          values = {now: Row.moment(now), dead: dead_before(now)}
          rows = %i[wakes_at expires_at].flat_map { |moment| ask(:dispatch, moment, of_class(task_class), limit, **values) }
          rows.uniq.map { |id, type, attempts| Due.new(id, type, attempts) }
        end

        # Makes tasks due that were active when their process died. The one that has done so three times fails.
        # @return [Integer] how many failed
        def recover(limit:)
          return 0 unless setup.schema.complete?

          now = Clock.now_us
          ask(:recover, limit, now: Row.moment(now), dead: dead_before(now)).count { |id, deaths| deaths >= Claiming::DEATHS && buried?(id) }
        end

        # What a queue does that has seen worker processes die: their tasks are left behind from now on, not only when
        # their leases end.
        # @param owners [Array<String>] "host:pid" of each
        # @param ids [Array<Integer, String>] tasks whose jobs those processes had; others are not touched
        # @return [Integer] how many were theirs
        def end_leases(owners:, ids:)
          ids = ids.filter_map { |id| setup.schema.key(id) }
          return 0 if ids.empty? || !shared?

          beside do |connection|
            list = quoted(connection, ids)
            held = connection.select_rows("SELECT id, claimed_by FROM #{Columns::TASKS} WHERE id IN (#{list}) AND task_status = 0 AND claimed_by IS NOT NULL")
            held.count { |id, owner| owners.any? { |one| owner.start_with?("#{one}:") } && setup.statements[:end_lease].row(connection, {id:, owner:}) }
          end
        end

        # Lets a task alone that has just been found to be unknown here, for half a minute; after an hour it fails.
        # @param reason [String]
        # @return [Symbol, nil] :postponed or :failed; nil when it does not wait any more
        def postpone(id, reason)
          Operations.logger.warn("task #{id} waits for a version of this program that knows it: #{reason}")
          return unless setup.schema.complete?

          mark, version, data = ask(:postpone, id: setup.schema.key(id), mark: "unknown since #{Clock.now_us / 1_000_000}").first
          return unless mark
          return :postponed if Clock.now_us / 1_000_000 - Integer(mark[SINCE, 1]) < UNKNOWN

          fail_unknown(id, version, data, reason)
        end

        private

        # By the claim, which does so. One of a class that is not known here is found to be due first.
        def buried?(id)
          !claim(id)
        rescue Error => error
          Operations.logger.error("task #{id} has ended three processes, and cannot be failed here: #{error.message}")
          false
        end

        # Without its class there is no task to be asked: a person has to see to it.
        def fail_unknown(id, version, data, reason)
          data = JSON.generate({**JSON.parse(data || "{}"), "exception_class" => "Operations::Error", "exception_message" => reason})
          parent, = ask(:fail, id: setup.schema.key(id), version:, data:, now: Row.moment(Clock.now_us)).first
          Operations.logger.error("task #{id} has failed: #{reason}")
          signal(parent) if parent
          :failed
        end
      end

      # Their statements, part of {Statements}.
      module Dispatches
        FIRST = 30
        LAST = 3600
        private_constant :FIRST, :LAST

        # The longer a task has been due, the longer until it is enqueued once more: which doubles the time from one to
        # the next, and needs no count.
        # @param moment [Symbol] the column of the moment that has come: each by its own index, so that it costs what it finds
        def dispatch(moment, more, limit)
          due = "task_status = 10 AND #{moment} <= :now AND (claimed_until IS NULL OR claimed_until < #{@dialect.now})"
          change_some({claimed_until: @dialect.later(@dialect.within(FIRST, @dialect.seconds_since(moment), LAST))},
            "#{due}#{more} ORDER BY #{moment} LIMIT #{limit}", "id, type, attempts")
        end

        # One that was left by its process is a waiting one, due at once.
        def recover(limit)
          change_some({deaths: "deaths + 1", task_status: "10", wakes_at: ":now", updated_at: ":now", claimed_by: "NULL", claimed_until: "NULL", **counted},
            "#{dead} LIMIT #{limit}", "id, deaths")
        end

        # Of whoever has it still.
        def end_lease = change_free({claimed_until: @dialect.later(-1)}, "claimed_by = :owner AND task_status = 0")

        # The mark is the first one's.
        def postpone
          change({claimed_by: "COALESCE(claimed_by, :mark)", claimed_until: @dialect.later(FIRST)},
            "id = :id AND task_status = 10", "claimed_by, version, data")
        end

        # Once, by whoever is first.
        def fail
          change({task_status: "-1", failed_at: ":now", updated_at: ":now", data: ":data", wakes_at: "NULL", expires_at: "NULL", unique_key: "NULL",
                  claimed_by: "NULL", claimed_until: "NULL", **counted}, "id = :id AND version = :version AND task_status = 10", "parent_id")
        end
      end
    end
  end
end
