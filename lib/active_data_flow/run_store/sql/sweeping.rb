# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # When somebody last looked for what nobody is at: by the server's clock, for all processes.
      module Sweeping
        SWEEPS = "active_data_flow_sweeps"
        private_constant :SWEEPS

        # (see RunStore::Dispatching#begin_sweep)
        def begin_sweep(apart:)
          database.apart do |connection|
            begun_sweep?(connection, apart) || (first_sweep?(connection) && begun_sweep?(connection, apart))
          end
        end

        # (see RunStore::Dispatching#swept_at)
        def swept_at = database.with_connection { |connection| last_sweep(connection)&.then { |row| moment(row["swept_at"]) } }

        private

        # One dated by a clock that was ahead keeps nobody.
        def begun_sweep?(connection, apart)
          over = "swept_at IS NULL OR swept_at <= #{later("-#{Float(apart)}")} OR swept_at > #{now}"
          connection.update("UPDATE #{SWEEPS} SET swept_at = #{now} WHERE name = 'runs' AND (#{over})", "ActiveDataFlow") == 1
        end

        # Two of them at once: which one it was, says the UPDATE.
        def first_sweep?(connection)
          return false if last_sweep(connection)

          insert(connection, SWEEPS, {name: "runs", created_at: :now, updated_at: :now}, unless_there:)
          true
        end

        def last_sweep(connection) = ask(connection, "SELECT swept_at FROM #{SWEEPS} WHERE name = 'runs'").first
      end
    end
  end
end
