# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # P5: what became of a commit whose end was not seen. It is found out by a write that changes the guard, never by
      # reading: only that ends a COMMIT which is still on its way.
      module Outcomes
        PAUSE = 0.2 # seconds between two attempts to reach the database
        private_constant :PAUSE

        # (see Base#unknown_outcome)
        def unknown_outcome(claim, within: 60)
          token = RunStore.new_token
          deadline = seconds + within
          begin
            take_again(claim, token)
          rescue => error
            raise unless database.trouble?(error)
            return Outcome.new(:unreached, nil) if seconds > deadline

            sleep PAUSE
            retry
          end
        end

        private

        def take_again(claim, token)
          row = database.anew do |connection, alone|
            wait_at_most(connection, claim.lease_seconds) if alone
            set = "fence = fence + 1, token = :new, lease_until = #{later("lease_seconds")}"
            change_locked(connection, set, Statements::HELD, **holder(claim), new: token)
            # Ours by this attempt, or by one before it whose answer was lost: the token is nobody else's.
            read(connection, "id = :id", id: claim.id).first
          end
          outcome(claim, row, token)
        end

        def outcome(claim, row, token)
          return Outcome.new(:lost, nil) if row.nil?

          committed = row.commits == claim.commits + 1
          return Outcome.new(committed ? :committed : :not_committed, Claim.new(row.to_h)) if row.token == token
          # The last commit gives the token back itself. No other worker has been here: the fence is still ours.
          return Outcome.new(:committed, nil) if committed && row.status == "success" && row.fence == claim.fence

          Outcome.new(:lost, nil)
        end

        # Where a dialect can say so for one transaction: how long the next UPDATE waits for a lock.
        def wait_at_most(_connection, _seconds) = nil

        def change_locked(connection, set, where, **values) = change(connection, set, where, **values)
      end
    end
  end
end
