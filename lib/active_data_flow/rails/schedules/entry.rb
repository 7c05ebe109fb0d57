# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # What SolidQueue starts by itself, as `config/recurring.yml` has it.
      Entry = Data.define(:key, :class_name, :arguments, :schedule, :queue, :priority, :description) do
        # @return [Hash{Symbol => Object}] as SolidQueue takes it
        def options = {class: class_name, args: arguments, schedule:, queue:, priority:, description:}.compact.reject { |_, value| value == [] }

        # Every value is quoted, so that none is anything but a text: SolidQueue makes a number of the priority again.
        # @return [Array<String>] lines of YAML, without their ends
        def lines
          ["#{key}:", *options.map { |name, value| "  #{name}: #{value.is_a?(Array) ? "[#{value.map { |one| quoted(one) }.join(", ")}]" : quoted(value)}" }]
        end

        private

        # Between double quotes, for YAML and for the ERB that is read before it.
        def quoted(value)
          text = value.to_s.gsub(/["\\]/) { |sign| "\\#{sign}" }
          text = text.gsub("<%", "\\x3c%").gsub(/[^[:print:]]|[\u00a0\u2028\u2029\ufeff]/) { |sign| format("\\U%08X", sign.ord) }
          %("#{text}")
        end
      end
    end
  end
end
