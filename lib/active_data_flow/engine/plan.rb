# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What a run of a flow would do with these arguments: both ends looked up, steps filled in, the path chosen. Made anew
    # at each start; what the tables are like may be remembered from the one before. Everything that can be refused is refused here, before the first row.
    class Plan
      # @return [Base]
      attr_reader :flow
      # @return [Object] see {Ends}
      attr_reader :source
      # @return [Sinks]
      attr_reader :sinks
      # @return [Array<Flow::Step>]
      attr_reader :steps
      # @return [Hash{Flow::Step => Object}] by identity, the tables that lookups take columns out of
      attr_reader :lookups
      # @return [#call, nil] called with the {Run} after each commit
      attr_accessor :progress

      # @param flow [Base]
      # @param premises [Premises, nil] what it may take for granted; without, the databases are asked
      # @raise [ConfigurationError] naming what cannot work, and what to write instead
      def initialize(flow, premises = nil)
        @flow = flow
        @declared = flow.class.declared
        @source = Ends.source(flow, premises)
        ends = Ends.sinks(flow, premises)
        @steps = Flow::Bindings.fill(flow, @declared.steps)
        @lookups = @steps.select { |step| step.word == :lookup }.each_with_object({}.compare_by_identity) { |step, all| all[step] = Flow::Lookup.table(step, premises) }
        @sinks = Sinks.new(self, ends)
        Partition.check(self)
        @mirrored = sink.mirror(self) if mode == :mirror
        @horizon = @source.horizon(read) if @source.respond_to?(:horizon)
        outline = @source.columns && Flow::Outline.new(Flow.label(flow.class), @source.columns.map(&:name), @steps)
        @sinks.check(outline) if outline&.sure?
        transformation if @lookups.any? # it refuses what could find nothing
      end

      # @return [Object] the sink end, see {Ends}; of several the one whose place decides
      def sink = @sinks.primary.sink

      # @return [Symbol] of that sink
      def mode = @sinks.primary.mode

      # @return [Array<String>, nil] the columns that are written to it; nil where only the rows know
      def outputs = @sinks.primary.outputs

      # @return [Flow::ErrorRule]
      def on_error = @declared.on_error

      # @return [Integer]
      def batch_size = @declared.batch_size

      # @return [Integer] how many parts a run is split into
      def partitions = @declared.partitions

      # @return [Flow::ReadRule]
      def read = @declared.read

      # @return [ActiveRecord::Horizon, nil] what says up to where is read; nil: to the end
      attr_reader :horizon

      # @return [String] flow and arguments, as log lines name the run
      def label = @label ||= Flow::Arguments.label(@flow.class, @flow.arguments)

      # @param position [String] as it is stored
      # @return [String] as people read it: "id 12,000,000"
      def place(position) = @source.respond_to?(:place) ? @source.place(position) : Place.shown(@source.cursor, position)

      # @param cursor [String, nil] as it is stored
      # @return [RowsPath, Object] where rows come through
      def path(cursor) = chosen_path.open(self, cursor && Native.decode_position(cursor))

      # @return [Flow::Transformation]
      def transformation
        dialect = @source.dialect if @source.respond_to?(:dialect)
        decoder = @source.decoder if @source.respond_to?(:decoder)
        Flow::Transformation.new(@flow, @steps, types: @source.types, casts: @source.casts, dialect:, decoder:, split: on_error.policy != :halt, lookups: @lookups)
      end

      # @return [Boolean] whether the flow changes rows of the table that it reads
      def same_table? = @sinks.same_table?

      # @return [ActiveRecord::Unseen, nil] what a mirror deletes; nil in the other modes
      attr_reader :mirrored

      # @param batch [Native::Batch] as it was read
      # @return [Object, nil] what {#writer_for} wants to know of it after the steps
      def seen(batch) = (ActiveRecord::SameTableWriter.hashes(batch) if same_table?)

      # @param page [Page] whose batch is after the steps
      # @param seen [Object, nil]
      # @return [Object] the writer for rows with these columns
      def writer_for(page, seen = nil) = @sinks.writer_for(page, seen)

      # (see Sinks#known_writer)
      def known_writer(batch) = @sinks.known_writer(batch)

      # A flow that changes what it reads ends at the row that is the last one at its start.
      # @return [Object] the source end's reader
      def reader(after)
        return @source.reader(after:) unless same_table?

        @upto ||= @source.last_position
        @source.reader(after:, upto: @upto)
      end

      # (see Sinks#writing)
      def writing(connection, &) = @sinks.writing(connection, &)

      # @return [Array<String>] columns that go through a model, value by value, on one side or both
      def model_columns
        read = @source.respond_to?(:model_types) ? @source.model_types.keys : []
        @sinks.map(&:model_columns).reduce(read, :|)
      end

      # (see Sinks#transient?)
      def transient?(error) = @sinks.transient?(error)

      # @param store [RunStore::Base] that keeps the runs
      # @return [Authority] whose commit decides how far a run has come
      # @raise [ConfigurationError] where a table is missing for that
      def authority(store = RunStore.for(sink)) = @authority ||= Authority.for(self, store)

      # (see Sinks#close)
      def close = @sinks.close

      # @return [String] what the stored cursor belongs to: the run's identity, and its steps
      def fingerprint = @fingerprint ||= Fingerprint.of(self)

      # @return [String]
      def to_s = PlanText.new(self).to_s

      # @return [String] pushdown, copy, statements, door, model or connector
      def path_name = chosen_path.name

      # @return [Boolean] whether lookups are joined by the database
      def joins? = chosen_path.joins?

      # @return [String, nil] why rows come through this process; nil where they do not, or where there is no other way
      def path_reason = chosen_path.reason

      private

      def chosen_path = @chosen_path ||= Paths.choose(self)
    end
  end
end
