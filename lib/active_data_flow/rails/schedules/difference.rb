# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # What is to be taken away from some lines, and what to be added, so that they become others.
      module Difference
        AROUND = 2
        private_constant :AROUND

        # @param old [Array<String>]
        # @param new [Array<String>]
        # @return [Array<String>] nothing where they are the same; else lines behind "- ", "+ " or, around those, "  "
        def self.of(old, new)
          steps = steps(old, new)
          near = steps.each_index.select { |index| steps[index].first != " " }.flat_map { |index| (index - AROUND..index + AROUND).to_a }.uniq
          near.sort.select { |index| index.between?(0, steps.size - 1) }.slice_when { |one, other| other > one + 1 }
            .map { |part| part.map { |index| steps[index].join(" ").rstrip } }.reduce { |one, other| [*one, "  ...", *other] } || []
        end

        # Both lists walked together: what the longest common one has stays.
        def self.steps(old, new)
          lengths = lengths(old, new)
          left = right = 0
          steps = []
          while left < old.size || right < new.size
            if left < old.size && right < new.size && old[left] == new[right]
              steps << [" ", old[left]]
              left += 1
              right += 1
            elsif right == new.size || (left < old.size && lengths[left + 1][right] >= lengths[left][right + 1])
              steps << ["-", old[left]]
              left += 1
            else
              steps << ["+", new[right]]
              right += 1
            end
          end
          steps
        end

        # lengths[a][b]: how many lines old from a on and new from b on have in common.
        def self.lengths(old, new)
          rows = Array.new(old.size + 1) { Array.new(new.size + 1, 0) }
          (old.size - 1).downto(0) do |left|
            (new.size - 1).downto(0) do |right|
              rows[left][right] = (old[left] == new[right]) ? rows[left + 1][right + 1] + 1 : [rows[left + 1][right], rows[left][right + 1]].max
            end
          end
          rows
        end
        private_class_method :steps, :lengths
      end
    end
  end
end
