# frozen_string_literal: true

module Bench
  module Flow
    # What a sink holds is not what it has to hold.
    class Wrong < StandardError; end

    # Where the rows are: a source and a sink on one kind of database. The parent makes and checks; each child gets {#address} and
    # connects by itself.
    class Place
      # @param workload [Workload]
      # @param rows [Integer] in the source
      def initialize(workload, rows)
        @workload = workload
        @rows = rows
      end

      # Makes the source's rows, and what the sink holds before each run.
      def prepare = raise(NotImplementedError)

      # Brings the sink to what it is before each run, as a machine at rest would have it.
      def reset = raise(NotImplementedError)

      # @return [Hash] for a child: what {.configs} understands
      def address = raise(NotImplementedError)

      # Holds the rows up to this key against what the workload wants there.
      # @raise [Wrong]
      def check(upto) = raise(NotImplementedError)

      # @param upto [Integer] the key of the last row that was carried
      # @return [Hash{Symbol => Integer}] what the run did to the table, where that is asked for
      def effects(upto) = {}

      def close = nil
    end
  end
end
