# frozen_string_literal: true

require_relative "naming"
require_relative "methods"
require_relative "configured"

module ActiveDataFlow
  module Connector
    # Where rows go to. A sink of your own is a subclass with one method, {#write} or {#write_batch}:
    #
    #   class TicketSink < ActiveDataFlow::Connector::Sink
    #     attribute :url
    #
    #     def write(row) = Tickets.post(url, row)
    #   end
    #
    # A row comes as a Hash with Symbol keys. Rows come at least once: after a crash those since the last commit come
    # again, so write by a key, or give the `idempotency_key` of {#write_batch} on.
    #
    # Inside of a sink `ActiveRecord` is the sink of that name: write `::ActiveRecord` for the library.
    class Sink
      include Configured
      extend Naming

      # The name that a base class has elsewhere.
      Base = itself

      # Writes one row. What it raises is said of this row alone.
      # @param row [Hash{Symbol => Object}, Message]
      # @return [Object] one of {Collision}'s results where {#reports_collisions?}, else anything
      def write(row)
        refuse_neither unless Methods.own?(self, :write_batch)

        write_batch([row])
      end

      # Writes several rows. When it raises, the rows are tried again in halves, so that those which are to blame are found:
      # write all of them or none. A method that takes `replaces:`, too, is told in it under which keys other rows may have arrived
      # before, where the source gives others behind the same place when a run goes on: an Array of them, else nil.
      # @param rows [Array<Hash{Symbol => Object}>]
      # @param idempotency_key [String, nil] the same for the same rows of a run, however often they come
      # @return [Hash{Symbol => Integer}, Object] how many were `new:`, `updated:`, `unchanged:` and `skipped:`, or anything
      def write_batch(rows, idempotency_key: nil)
        refuse_neither unless Methods.own?(self, :write)

        rows.each { |row| write(row) }
      end

      # Writes what is still held back. Called before each commit.
      # @return [void]
      def flush = nil

      # @return [Boolean] whether {#write} returns what became of the row, so that a run's counts are exact; otherwise each
      #   written row counts as new
      def reports_collisions? = false

      private

      def refuse_neither
        raise NotImplementedError, "#{self.class.label} has neither write(row) nor write_batch(rows, idempotency_key: nil). Write one of them."
      end
    end
  end
end
