# frozen_string_literal: true

module Operations
  module Storage
    class ActiveRecord < Base
      # Who may run a task: claims, signals, leases, and what dead processes have left.
      module Claiming
        # How often a handler may end its process.
        DEATHS = 3

        # (see Base#claim)
        def claim(id, now = Clock.now_us)
          id = setup.schema.key(id)
          !id.nil? && claimed?(:claim, id, _moment_us(now))
        end

        # (see Base#claim_copy)
        def claim_copy(task, now_us)
          version = task.version_in(self)
          return false unless version

          now_us = setup.guard.moment(version, now_us)
          return false unless claimed?(:claim_copy, task.id, now_us, **setup.guard.values(version))

          task.claimed_as(self, setup.guard.claimed(version, task, now_us))
          true
        end

        # (see Base#signal)
        def signal(id)
          values = {id: setup.schema.key(id), now: Row.moment(Clock.now_us)}
          status = values[:id] && with_connection { |connection| setup.statements[:signal].value(connection, values) }
          status == Machine::CODES[:waiting]
        end

        # @private for the renewer
        # @return [Array<Integer, String>] those that are not this process's any more
        def renew(claims)
          ids = claims.map(&:token)
          kept = beside do |connection|
            list = ids.map { |id| connection.quote(id) }.join(", ")
            setup.statements.dialect.statement(setup.statements.renew(list)).rows(connection, owner: ActiveDataFlow::RunStore.owner).flatten
          end
          (ids - kept).each { |id| @leases.drop(id) }
        rescue ::ActiveRecord::ActiveRecordError => error
          raise unless database.busy?(error)

          []
        end

        # @private for the renewer
        def shared? = setup.schema.complete? && !database.private?

        # @private for the renewer
        def inside_transaction? = database.inside_transaction?

        # @private for the renewer
        def batch_timeout = handler_timeout

        private

        def claimed?(statement, id, now_us, **guard)
          values = {id:, now: Row.moment(now_us), dead: dead_before(now_us), owner: ActiveDataFlow::RunStore.owner, **guard}
          deaths, = surely_claimed(values) { |connection| setup.statements[statement].row(connection, values) }
          return false unless deaths

          @leases.hold(id)
          deaths < DEATHS || bury(id)
        end

        # Run once more it would end one more process.
        def bury(id)
          task = find(id)
          error = Error.new("#{task} has ended the process that ran it #{DEATHS} times in :#{task.current_state}, and is not run again. " \
            "Look there for what kills (memory, a native library, a limit of the host), then task.retry!", task)
          Operations.logger.error(error.message)
          task.record_error!(error)
          false
        end

        def dead_before(now_us) = Row.moment(now_us - Duration.us(handler_timeout, :handler_timeout))

        # Its own connection: a pool may have none to spare, and a handler may hold this thread's in a transaction.
        def beside(&) = database.own_connection(**setup.statements.dialect.beside, &)
      end
    end
  end
end
