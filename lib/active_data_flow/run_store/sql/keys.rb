# frozen_string_literal: true

require "securerandom"

module ActiveDataFlow
  module RunStore
    class SQL < Base
      # The ids of rows. Numbers are the database's business; where an application has other keys (`primary_key_type: :uuid`
      # in its generators), they are made here.
      module Keys
        # @return [String] a UUID of version 7: in the order of time, to a quarter of a microsecond
        def self.uuid
          milliseconds, rest = Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond).divmod(1_000_000)
          hex = format("%012x7%03x%016x", milliseconds, rest * 4096 / 1_000_000, (0b10 << 62) | SecureRandom.random_number(1 << 62))
          hex.unpack("a8a4a4a4a12").join("-")
        end

        private

        def own_key(connection) = keys_made_here?(connection) ? {id: Keys.uuid} : {}

        # Rows as they came to be. Keys that were made by several machines go by their clocks, the server's has the last word.
        def in_order(connection, direction = nil)
          (keys_made_here?(connection) ? %w[created_at id] : %w[id]).map { |column| [column, *direction].join(" ") }.join(", ")
        end

        def keys_made_here?(connection)
          return @keys_made_here if defined?(@keys_made_here)

          @keys_made_here = connection.columns(Statements::RUNS).find { |column| column.name == "id" }.type != :integer
        end
      end
    end
  end
end
