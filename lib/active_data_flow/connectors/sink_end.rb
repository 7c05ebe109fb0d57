# frozen_string_literal: true

module ActiveDataFlow
  module Connectors
    # A connector, or something to call, as the sink of a flow.
    class SinkEnd
      # What a `sink` line may say of tables only, and what it says when nobody has written it.
      TABLES_ONLY = {mode: nil, callbacks: false, record_timestamps: true, max_deletes: :by_mode, connection: nil, role: nil, shard: nil}.freeze
      private_constant :TABLES_ONLY

      # @return [Array<String>, nil] the columns by which the sink finds a row again, where it says so
      attr_reader :key
      # Set by the engine before each batch: a text that is the same whenever the same rows of the run are sent again.
      # @return [String, nil]
      attr_accessor :batch_key
      # Set by the engine with it: keys under which other rows may have arrived in the place of these.
      # @return [Array<String>, nil]
      attr_accessor :replaces

      # @param sink [Connector::Sink, #write, #call]
      # @param line [Flow::SinkLine, nil]
      # @raise [ConfigurationError] for options that only tables have
      def initialize(sink, line = nil)
        @sink = sink.respond_to?(:write) ? sink : Connector::Sink::Lambda.new(sink)
        refuse_options(line) if line
        @key = line&.key || (Array(@sink.key).map(&:to_s) if @sink.respond_to?(:key) && @sink.key)
      end

      # @return [Object, nil] of a sink that writes a database: whoever has the same one is committed with it
      def pool = @sink.respond_to?(:pool) ? @sink.pool : nil

      # @return [Object, nil] of a sink that writes one: the runs are kept in its database
      def table = @sink.respond_to?(:table) ? @sink.table : nil

      # @return [String]
      def name = to_s

      # (see ActiveRecord::SinkEnd#way_back)
      def way_back = nil

      # (see ActiveRecord::SinkEnd#written_to)
      def written_to = @sink

      # @return [Boolean] whether it says how far it has come, and takes back what is behind that
      def checkpoints? = @sink.respond_to?(:checkpoint) && @sink.respond_to?(:resume)

      # @param error [Exception]
      # @return [Boolean] whether the same rows may go through later
      def transient?(error) = @sink.respond_to?(:transient?) && @sink.transient?(error)

      # @param _source [Object] the source end
      # @return [Symbol] the sink's own; :insert for one that does not say
      def mode(_source = nil) = (@sink.respond_to?(:mode) && @sink.mode) || :insert

      # @return [Hash] for the fingerprint
      def description = Connectors.description("connector", @sink).merge(key: @key)

      # @return [String] for the plan
      def to_s = @sink.to_s

      # A connector takes what comes: what it cannot use it refuses row by row. What it finds rows by has to come.
      # @return [Array<String>] the outputs
      # @raise [ConfigurationError]
      def check(outputs, from: nil, mode: nil, known: true)
        missing = known ? @key.to_a - outputs : []
        return outputs if missing.empty?

        raise ConfigurationError, "sink #{@sink}: key: names #{missing.join(", ")}, which the rows do not bring; they bring #{outputs.join(", ")}."
      end

      # @param columns [Array<String>] that are written
      # @param _mode [Symbol]
      # @return [Writer]
      def writer(columns, _mode = nil) = Writer.new(@sink, columns, self)

      # @return [String] for the plan
      def writer_name(_mode = nil) = "connector"

      # @param connection [Object, nil] of the store's open transaction
      # @yieldparam connection [Object, nil] the same, where the sink writes on it
      # @return [Object] what the block returned
      def writing(connection)
        ours = !pool.nil? && connection.respond_to?(:pool) && pool.equal?(connection.pool)
        yield(ours ? connection : nil)
      end

      # @return [Object] as JSON can hold it
      def checkpoint = @sink.checkpoint

      # @param checkpoint [Object, nil] of the last commit; nil before the first one
      def resume(checkpoint) = @sink.resume(checkpoint)

      # Everything is written; inside the last commit.
      # @return [void]
      def complete
        @sink.complete if @sink.respond_to?(:complete)
      end

      # Ends what the run has opened.
      # @return [void]
      def close
        @sink.close if @sink.respond_to?(:close)
      end

      private

      def refuse_options(line)
        option = TABLES_ONLY.find { |name, usual| line.public_send(name) != usual }&.first
        raise ConfigurationError, "sink #{@sink}: #{option}: is for tables; a connector takes its options in its constructor." if option
      end
    end
  end
end
