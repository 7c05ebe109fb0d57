# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    class Sinks
      # What is open while a batch is committed to several sinks: their connections, and what became of its rows in each.
      class Commit
        # @param order [Order] of the sinks
        # @param connections [Array<Object, nil>] of each, in that order
        def initialize(order, connections)
          @order = order
          @connections = connections
          @counts = Array.new(connections.size) { {} }
          @writers = []
        end

        # @param place [Integer] of the sink
        # @return [Object, nil]
        def connection(place) = @connections[place]

        # @param writer [Writer] that writes here
        # @return [void]
        def join(writer)
          return if @writers.include?(writer)

          @writers << writer
          writer.skipped.each_with_index { |skipped, place| count(place, {skipped:}) }
        end

        # @param place [Integer] of the sink
        # @param counts [Hash{Symbol => Integer}]
        # @return [void]
        def count(place, counts)
          @counts[place] = @counts[place].merge(counts) { |_name, one, more| one + more }
        end

        # All rows of the commit have been accepted: files get them now.
        # @return [Hash{String => Hash{Symbol => Integer}}] what became of them in each sink
        def settle
          @writers.each(&:append)
          @order.zip(@counts).to_h { |member, counts| [member.name, counts] }
        end
      end
    end
  end
end
