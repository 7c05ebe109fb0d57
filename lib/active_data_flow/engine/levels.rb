# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # How large a batch may be while a row is suspected to kill the process (protocols.md P6).
    module Levels
      # @param claim [RunStore::Claim]
      # @param size [Integer] that the pace allows
      # @return [Integer]
      def self.limit(claim, size) = Native::Level.rows([claim.deaths, claim.level, claim.suspect_left], size)
    end

    # Rows add up: what was read has become something.
    module Sums
      # @param label [String]
      # @param totals [Hash{Symbol => Integer}]
      # @raise [Error] when a row is unaccounted for; that is a bug of this gem
      def self.check(label, totals)
        parts = %i[new updated unchanged filtered rejected skipped]
        sum = totals.values_at(*parts).sum
        return if sum == totals[:read]

        raise Error, "#{label}: #{totals[:read]} rows were read, and #{parts.map { |name| "#{totals[name]} #{name}" }.join(" + ")} = #{sum}. " \
          "Nothing of the last batch was committed. This is a bug in active_data_flow; please report it with the flow's class."
      end
    end
  end
end
