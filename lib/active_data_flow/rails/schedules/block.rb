# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # The entries between their markers, as they stand in a recurring.yml; and how they are found there again.
      class Block
        FIRST = "# >>> active_data_flow: written by bin/rails active_data_flow:sync_schedules, which overwrites what stands here"
        LAST = "# <<< active_data_flow"
        BEGINS = /\A\s*# >>> active_data_flow\b/
        ENDS = /\A\s*# <<< active_data_flow\b/
        private_constant :FIRST, :LAST, :BEGINS, :ENDS

        # Where blocks are.
        # @param lines [Array<String>] of a text
        # @param name [String] of the file
        # @return [Array<Range>] indexes of the lines, from marker to marker
        # @raise [ConfigurationError] for a marker without the other
        def self.ranges(lines, name)
          marks = lines.each_index.select { |index| lines[index].match?(BEGINS) || lines[index].match?(ENDS) }
          marks.each_slice(2).map do |first, last|
            raise ConfigurationError, unpaired(name, first) unless last && lines[first].match?(BEGINS) && lines[last].match?(ENDS)

            first..last
          end
        end

        def self.unpaired(name, index)
          "#{name}, line #{index + 1}: this marker of active_data_flow stands alone. What is written goes from \"# >>> active_data_flow\" to " \
            "\"#{LAST}\"; put the other one back, or take this one away together with the entries that belong to it"
        end
        private_class_method :unpaired

        # @param entries [Array<Entry>]
        # @param indent [Integer] spaces in front of each line
        # @param eol [String]
        def initialize(entries, indent:, eol: "\n")
          @entries = entries
          @indent = " " * indent
          @eol = eol
        end

        # @return [String]
        def to_s = [FIRST, *@entries.flat_map(&:lines), LAST].map { |line| "#{@indent}#{line}#{@eol}" }.join
      end
    end
  end
end
