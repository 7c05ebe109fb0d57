# frozen_string_literal: true

module ActiveDataFlow
  module Sqlite
    # A prepared query of a {Door}.
    class Statement
      # @api private
      def initialize(door, native)
        @door = door
        @native = native
      end

      # @return [Array<String>] the names of its columns
      def columns
        @door.call
        @native.columns
      end

      # Runs it from its beginning.
      # @return (see Door#read)
      # @see Door#read
      def read(values, batch, limit) = @native.read(@door.call, values, batch, limit)

      # @return [void]
      def close = @door.close_one(self)

      # @api private
      def finish = @native.close
    end
  end
end
