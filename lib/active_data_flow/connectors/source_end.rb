# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # A connector as the source of a flow.
    class SourceEnd
      # What a `source` line may say of tables only, and what it says when nobody has written it.
      TABLES_ONLY = {scope: nil, cursor: nil, order: [:asc], connection: nil, role: nil, shard: nil}.freeze
      private_constant :TABLES_ONLY

      # @param source [Connector::Source, #fetch]
      # @param line [Flow::SourceLine, nil]
      # @raise [ConfigurationError] for options that only tables have
      def initialize(source, line = nil)
        @source = source
        refuse_options(line) if line
      end

      # What only the rows know.
      def columns = nil

      # The columns of an order that the engine could follow: none, the source has its own.
      def cursor = []

      # Which way they are followed.
      def directions = []

      # The database's types.
      def types = {}

      # What a model casts with.
      def casts = {}

      # The database: none of ours.
      def pool = nil

      # @return [Hash] for the fingerprint
      def description = Connectors.description("connector", @source)

      # @return [String] for the plan
      def to_s = @source.to_s

      # @param after [Object, nil] the stored place, as `Native.decode_position` gives it
      # @return [Reader]
      def reader(after: nil) = Reader.new(@source, after)

      private

      def refuse_options(line)
        option = TABLES_ONLY.find { |name, usual| line.public_send(name) != usual }&.first
        raise ConfigurationError, "source #{@source}: #{option}: is for tables; a connector takes its options in its constructor." if option
      end
    end
  end
end
