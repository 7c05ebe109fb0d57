# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    class Sinks
      # What became of rows in each of several sinks, as runs keep it: JSON, by the sink's name.
      module Counts
        KINDS = %i[new updated unchanged skipped deleted].freeze
        private_constant :KINDS

        module_function

        # @param text [String, nil] kept so far
        # @param counts [Hash{String => Hash{Symbol => Integer}}] of one more commit
        # @return [String]
        def added(text, counts)
          plain = counts.transform_values { |kinds| kinds.reject { |_kind, count| count.zero? }.transform_keys(&:name) }
          JSON.generate(sum([parsed(text), plain]))
        end

        # @param texts [Array<String>] of a run, or of its parts
        # @return [Hash{String => Hash{Symbol => Integer}}]
        def shown(texts)
          sum(texts.map { |text| parsed(text) }).transform_values do |kinds|
            counts = KINDS.to_h { |name| [name, kinds.fetch(name.name, 0)] }
            counts.merge(written: counts[:new] + counts[:updated])
          end
        end

        def parsed(text) = text ? JSON.parse(text) : {}

        def sum(all)
          all.reduce({}) { |sum, more| sum.merge(more) { |_name, one, other| one.merge(other) { |_kind, count, another| count + another } } }
        end
        private_class_method :parsed, :sum
      end
    end
  end
end
