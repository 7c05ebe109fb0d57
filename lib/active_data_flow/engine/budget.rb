# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # How many rows a run may put aside, and what is said when there were more.
    class Budget
      # @param rule [Flow::ErrorRule]
      # @param read [Integer] rows of the run before the batch
      # @param rejected [Integer] of them
      def initialize(rule, read: 0, rejected: 0)
        @rule = rule
        @read = read
        @rejected = rejected
        @reasons = Hash.new(0)
      end

      # Takes a row's reason down.
      # @param misfit [Flow::Transformation::Misfit]
      def note(misfit) = @reasons[short(misfit)] += 1

      # Whether there is no point in going on with the batch: it would be over, were all its other rows good, and it is
      # over as far as it has come.
      # @param rows [Integer] of the batch so far
      # @param size [Integer] of the batch
      # @param last [Boolean] whether it is the last one
      # @return [String, nil] what to say
      def early(rows, size, last)
        rejected = @rejected + @reasons.values.sum
        over(@read + size, rejected, last) && told(over(@read + rows, rejected, false))
      end

      # @param totals [Hash{Symbol => Integer}] of the run, with the batch
      # @param last [Boolean]
      # @return [String, nil] what to say
      def late(totals, last) = told(over(totals[:read], totals[:rejected], last))

      private

      def over(read, rejected, last) = (Native::Counters.over_budget(@rule.budget, read, rejected, last) if @rule.budget && rejected.positive?)

      def told(text)
        return unless text

        reason, count = @reasons.max_by { |_text, number| number }
        ["#{text}#{" #{reason} (#{count}x)." if reason}", "#{kept}; the next run goes on after row #{@read}."].join(" ")
      end

      def kept = (@rule.policy == :quarantine) ? "run.rejects has them" : "on_error :skip keeps none of them"

      # Without what differs from row to row. A NoMethodError's text differs between versions of Ruby, too.
      def short(misfit)
        error = misfit.error
        return misfit.reason.to_s unless error && misfit.reason.nil?
        return "#{error.class}: undefined method '#{error.name}'" if error.is_a?(NoMethodError)

        "#{error.class}: #{error.message.lines.first.to_s.chomp.slice(0, 200)}"
      end
    end
  end
end
