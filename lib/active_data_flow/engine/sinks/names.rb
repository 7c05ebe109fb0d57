# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    class Sinks
      # What the sinks of a flow are called, where there are several.
      module Names
        module_function

        # @param ends [Array<Object>] the sink ends
        # @return [Array<Array(Object, String)>] each with its name, which no other one has
        def of(ends)
          seen = Hash.new(0)
          ends.map { |sink| [sink, numbered(sink.name, seen[sink.name] += 1)] }
        end

        def numbered(name, number) = (number == 1) ? name : "#{name} (#{number})"
        private_class_method :numbered
      end
    end
  end
end
