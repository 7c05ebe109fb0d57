# frozen_string_literal: true

module Bench
  module Flow
    # The table of one workload whose memory is looked at: what the process had before the run, and the most it had during it.
    class MemoryReport < Report
      MOST = 64 << 20

      private

      def headings = ["implementation", "rows", "rows/s", "before", "peak", "growth"]

      def line(implementation, result)
        [name(implementation), Table.number(result[:rows]), Table.number(rate(result)), Table.bytes(result[:start]), Table.bytes(result[:peak]),
          Table.bytes(growth(result))]
      end

      def growth(result) = result[:peak] - result[:start]

      def targets
        own = present.select { |implementation, _| implementation.kind == :ours }
        return ["- at most 64 MB on top: not measured"] if own.empty?

        own.map { |implementation, result| "- at most 64 MB on top, #{implementation.name}: #{(growth(result) <= MOST) ? "reached" : "**not reached**"}" }
      end
    end
  end
end
