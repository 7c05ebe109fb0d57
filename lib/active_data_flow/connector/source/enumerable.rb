# frozen_string_literal: true

require_relative "../source"

module ActiveDataFlow
  module Connector
    class Source
      # Rows that are in memory, or come from anything that has `each`. A position is how many rows have passed.
      class Enumerable < self
        # @param rows [::Enumerable<Hash, Message>]
        # @raise [ArgumentError] for what has no `each`
        def initialize(rows = [])
          raise ArgumentError, "#{self.class.label} takes an Enumerable of rows, not #{rows.inspect}" unless rows.respond_to?(:each)

          super()
          @rows = rows
        end

        # @return [Page] whose cursor is how many rows have passed
        def fetch(after:, limit:)
          passed = after || 0
          rows = @rows.is_a?(Array) ? @rows[passed, limit] || [] : following(passed, limit)
          Page.new(rows, cursor: (passed + rows.size unless rows.empty?))
        end

        # @return [Hash{String => Object}] rows are not told apart: the second run gets new ones
        def identity = {"class_name" => self.class.name, "rows" => @rows.class.name}

        # @raise [ArgumentError] rows are not written down
        def as_json(*)
          raise ArgumentError, "#{self.class.label} cannot be written as JSON: rows in memory are gone when the process is. Write: source { ... }"
        end

        def close
          @entries = nil
        end

        def to_s = "#{"#{@rows.size} " if @rows.respond_to?(:size) && @rows.size}rows (#{@rows.class})"

        private

        # Goes on where the last fetch ended; from the beginning where it is asked for other rows.
        def following(passed, limit)
          begin_at(passed) unless @entries && @passed == passed
          rows = []
          rows << @entries.next while rows.size < limit
          rows
        rescue StopIteration
          rows || []
        ensure
          @passed = passed + rows.size if rows
        end

        def begin_at(passed)
          @entries = @rows.to_enum(:each)
          passed.times { @entries.next }
        end
      end
    end
  end
end
