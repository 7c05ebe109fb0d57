# frozen_string_literal: true

module ActiveDataFlow
  module RunStore
    # How each database says which moment it is, in UTC, by its own clock: `clock_timestamp`, never `now()`, which stands
    # still in a transaction. For a class with a `clock` whose offset specs move.
    module Moments
      # Milliseconds, as text.
      module SQLite
        # @return [String] an expression of the moment
        def now = moment_in("'#{clock.offset} seconds'")

        # @param seconds [String, Numeric] an expression
        # @return [String] an expression of a moment from now
        def later(seconds) = moment_in("'#{clock.offset} seconds'", "(#{seconds}) || ' seconds'")

        private

        def moment_in(*modifiers) = "strftime('%Y-%m-%d %H:%M:%f', 'now', #{modifiers.join(", ")})"
      end

      # Microseconds.
      module PostgreSQL
        # (see SQLite#now)
        def now = "((clock_timestamp() AT TIME ZONE 'UTC') + interval '#{clock.offset} seconds')"

        # (see SQLite#later)
        def later(seconds) = "(#{now} + (#{seconds}) * interval '1 second')"
      end

      # Microseconds.
      module MySQL
        # (see SQLite#now)
        def now = "(UTC_TIMESTAMP(6) + INTERVAL #{clock.offset} SECOND)"

        # (see SQLite#later)
        def later(seconds) = "(#{now} + INTERVAL (#{seconds}) SECOND)"
      end
    end
  end
end
