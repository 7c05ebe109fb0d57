# frozen_string_literal: true

module Bench
  module StoredTasks
    # The table of one workload, and below it what ours had to reach.
    class Report
      # @param workload [Workload]
      # @param results [Hash{String => Hash}] by side
      def initialize(workload, results)
        @workload = workload
        @results = results
      end

      def print(out: $stdout)
        Table.print("T2: #{@workload.title}", ["implementation", "transitions/s", "time of one", "CPU of one", "/ statements", "ours / it"], lines, out:)
        out.puts "", *TARGETS.filter_map { |side, ratio| target(side, @workload.targets.fetch(side, ratio)) }
      end

      private

      TARGETS = {"the ancestor" => 4.0, "the statements" => 0.5}.freeze
      private_constant :TARGETS

      def lines
        @results.map do |side, result|
          [side.start_with?("the ancestor") ? side : "**#{side}**", Table.number(rate(side)), Table.duration(1 / rate(side)),
            Table.duration(result[:cpu] / SixSteps::TRANSITIONS), share(side, "the statements"), share("ours", side)]
        end
      end

      def rate(side) = SixSteps::TRANSITIONS / @results.fetch(side)[:wall]

      def share(one, other) = (@results.key?(one) && @results.key?(other)) ? format("%.2f", rate(one) / rate(other)) : "-"

      def target(side, ratio)
        return unless ratio && @results.key?(side) && @results.key?("ours")

        reached = rate("ours") / rate(side)
        "- at least #{format("%g", ratio)} times #{side}: #{format("%.2f", reached)}, #{(reached >= ratio) ? "reached" : "**not reached**"}"
      end
    end
  end
end
