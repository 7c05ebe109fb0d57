# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL
      # A file has one writer: who waits for a commit waits for the file. A process that was stopped inside its transaction
      # stops every other writer.
      class SQLite < SQL
        include Moments::SQLite

        LOCK_WAIT_MS = 1000
        private_constant :LOCK_WAIT_MS

        # (see Base#renew)
        def renew(claims)
          briefly { |connection| claims.reject { |claim| renewed?(connection, claim) }.map(&:token) }
        end

        private

        # A database in memory is there in its own connection only.
        def briefly(&) = database.private? ? database.with_connection(&) : database.own_connection(timeout: LOCK_WAIT_MS, &)

        # A file that is locked has an open commit in it: nobody takes a lease meanwhile.
        def renewed?(connection, claim)
          change(connection, "lease_until = #{later("lease_seconds")}", "#{Statements::HELD} AND status = 'in_progress'", **holder(claim))
        rescue => error
          raise unless database.busy?(error)

          true
        end
      end
    end
  end
end
