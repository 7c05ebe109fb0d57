# frozen_string_literal: true

module Bench
  # The benches of flows.
  module Flow
    module_function

    # Measures the workloads and prints a table for each. In a child: runs one implementation of one of them, and ends.
    # @param workloads [Array<Class>]
    # @param report [Class] what prints their tables
    def measure(*workloads, report: Report)
      Bench.child_params { |**params| Child.new(workloads, **params).measure }
      Table.machine
      puts "", workloads.map(&:place).uniq.map { |place| "#{place.words}\n" }
      workloads.each { |workload| report.new(workload, Measuring.new(workload).call).print }
    end

    # One workload: its place, its implementations in rounds, and what each left behind.
    class Measuring
      def initialize(workload)
        @workload = workload
        @rows = Bench.count("ROWS", 1_000_000)
        @place = workload.place.new(workload, @rows)
      end

      # @return [Hash{Implementation => Hash}] medians; {absent:} where there is one that can't be had
      def call
        @place.prepare
        results = Hash.new { |hash, key| hash[key] = [] }
        Bench.count("ROUNDS", 3).times do
          chosen.each { |implementation| results[implementation] << once(implementation) unless results[implementation].last&.key?(:absent) }
        end
        results.transform_values { |list| medians(list) }
      ensure
        @place.close
      end

      private

      def once(implementation)
        rows = [implementation.rows || @rows, @rows].min
        @place.reset
        result = Bench.run(mode: Bench.modes.last, workload: @workload.title, implementation: implementation.name, address: @place.address, rows:)
        return result if result.key?(:absent)

        @place.check(Orders.last_key(rows))
        {**result, rows:, **@place.effects(Orders.last_key(rows))}
      rescue Wrong => error
        raise Wrong, "#{@workload.title}: #{implementation.name} left other rows than it should: #{error.message}"
      end

      # The first limit always: it is what the others are measured by.
      def chosen
        all = @workload.implementations
        sides = ENV["SIDES"]&.split(",") or return all
        all.select { |one| one == all.first || sides.any? { |side| one.name.include?(side) } }
      end

      def medians(list)
        last = list.last
        last.to_h { |key, value| [key, value.is_a?(Numeric) ? Bench.median(list.map { |result| result[key] }) : value] }
      end
    end
  end
end
