# frozen_string_literal: true

module Bench
  module Flow
    # The table of one workload, and below it what ours had to reach.
    class Report
      # @param results [Hash{Implementation => Hash}]
      def initialize(workload, results)
        @workload = workload
        @results = results
      end

      def print(out: $stdout)
        Table.print(@workload.title, headings, present.map { |implementation, result| line(implementation, result) }, out:)
        out.puts "", *targets, *effect, *paths, *absent
      end

      private

      def present = @results.reject { |_, result| result.key?(:absent) }

      def headings
        ["implementation", "rows", "rows/s", "wall", "CPU", "peak memory", *(["written", "dead tuples"] if effects?), "/ limit", "ours / it"]
      end

      def line(implementation, result)
        [name(implementation), Table.number(result[:rows]), Table.number(rate(result)), Table.duration(result[:wall]), Table.duration(result[:cpu]),
          Table.bytes(result[:peak]), *(effect_cells(result) if effects?), share(result, best_limit), share(ours, result)]
      end

      def name(implementation) = (implementation.kind == :peer) ? implementation.name : "**#{implementation.name}**"

      def effects? = present.values.any? { |result| result.key?(:written) }

      def effect_cells(result) = [percent(result[:written], result[:rows]), Table.number(result[:dead])]

      def percent(part, whole) = format("%g %%", 100.0 * part / whole)

      def rate(result) = result[:rows] / result[:wall]

      def best_limit = present.select { |implementation, _| implementation.kind == :limit }.values.max_by { |result| rate(result) }

      def ours = present.find { |implementation, _| implementation.kind == :ours }&.last

      def share(one, other) = (one && other) ? format("%.2f", rate(one) / rate(other)) : "-"

      def targets = @workload.targets.map { |target| "- #{target.text}: #{reached(target)}" }

      def reached(target)
        own, others = named(target.ours), target.of.filter_map { |name| named(name) }
        return "not measured" if own.nil? || others.empty?

        ratio = rate(own) / others.map { |result| rate(result) }.max
        "#{format("%.2f", ratio)}, #{(ratio >= target.ratio) ? "reached" : "**not reached**"}"
      end

      def named(name) = present.find { |implementation, _| implementation.name == name }&.last

      def effect
        wanted = @workload.wanted_effect or return []
        return ["- #{wanted.text}: not measured"] unless ours

        present.select { |implementation, _| implementation.kind == :ours }.map do |implementation, result|
          good = result[:written] == wanted.written * result[:rows] && (wanted.dead || result[:dead].zero?)
          "- #{wanted.text}, by #{implementation.name}: #{Table.number(result[:written])} written, #{Table.number(result[:dead])} dead, " \
            "#{good ? "reached" : "**not reached**"}"
        end
      end

      def paths
        present.filter_map { |implementation, result| "- path of #{implementation.name}: #{result[:said][:path]}" if result.dig(:said, :path) }
      end

      def absent
        (@results.keys - present.keys).map { |implementation| "- absent: #{implementation.name} (#{@results[implementation][:absent]})" }
      end
    end
  end
end
