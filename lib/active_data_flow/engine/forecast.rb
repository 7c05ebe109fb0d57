# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What the rows of a batch will probably become: the same as all of the batch before it. The commit's first statement
    # then takes the counters with it, and only where it turns out otherwise a second one sets them right.
    class Forecast
      KINDS = %i[new updated unchanged deleted].freeze
      private_constant :KINDS

      # @param portion [#known]
      # @return [Hash{Symbol => Integer}] counters; empty as long as rows become this and that
      def counters(portion)
        return {} unless @kind

        known = portion.known
        {**known, @kind => known[:read] - known.sum { |name, count| (name == :read) ? 0 : count }}
      end

      # @param counters [Hash{Symbol => Integer}] of a batch, after it was written
      def learn(counters)
        kinds = KINDS.select { |kind| counters.fetch(kind, 0).positive? }
        @kind = kinds.one? ? kinds.first : nil
      end

      # @param counters [Hash{Symbol => Integer}] as they are
      # @param foretold [Hash{Symbol => Integer}]
      # @return [Hash{Symbol => Integer}] what is still to be added
      def self.difference(counters, foretold)
        counters.merge(foretold) { |_name, is, was| is - was }.reject { |_name, count| count.zero? }
      end
    end
  end
end
