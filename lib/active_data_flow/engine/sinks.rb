# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # All that a flow writes to. Where there is one sink, it is asked, and nobody else. Where there are several, a row goes to
    # all of them or to none: they are written one after the other, those first that the database takes back, and what
    # cannot be taken back last.
    class Sinks
      include Enumerable

      # @param ends [Array<Object>] the sink ends, as the class has them
      # @param source [Object, nil] the source end
      # @return [Object] the one whose place decides where the runs are, and whose counts are theirs: that in the runs' database, else the
      #   first in another one, else the first
      def self.primary(ends, source = nil)
        return ends.first if ends.one?

        home = ends.find { |sink| sink.pool && RunStore.for(sink).pool.equal?(sink.pool) } or return ends.find(&:pool) || ends.first
        source ? ends.find { |sink| sink.pool.equal?(home.pool) && sink.respond_to?(:same_table?) && sink.same_table?(source) } || home : home
      end

      # @return [Member]
      attr_reader :primary

      # @param plan [Plan] whose source is known
      # @param ends [Array<Object>] the sink ends, as the class has them
      # @raise [ConfigurationError] for such as cannot be written to together
      def initialize(plan, ends)
        @all = Names.of(ends).map { |sink, name| Member.new(plan, sink, name) }
        first = Sinks.primary(ends, plan.source)
        @primary = @all.find { |member| member.sink.equal?(first) }
        @order = several? ? Order.new(plan, @all, @primary) : @all
        @spares = []
      end

      # As the class has them.
      # @yieldparam member [Member]
      def each(&) = @all.each(&)

      # @return [Boolean]
      def several? = @all.size > 1

      # @return [Boolean] whether one of them says how far it has come, and takes back what is behind that
      def checkpoints? = any?(&:checkpoints?)

      # @return [Boolean] whether the flow changes rows of the table that it reads
      def same_table? = @primary.same_table?

      # Refuses rows that one of them could not take, before the first one is read.
      # @param outline [Flow::Outline] of rows whose columns are known
      # @raise [ColumnMismatch]
      def check(outline) = each { |member| member.check(outline) }

      # @param label [String] of the flow
      # @param store [RunStore::Base] that keeps its runs
      # @raise [Error] inside a transaction that would take rows back, and not the run
      def refuse_halfway(label, store) = each { |member| member.sink.refuse_halfway(label, store) if member.sink.respond_to?(:refuse_halfway) }

      # @param connection [Object, nil] of the store's open transaction
      # @yieldparam open [Object, Commit, nil] what {#writer_for}'s writer writes to: the sink's connection, where there is one sink
      # @return [Object] what the block returned
      def writing(connection, &)
        return @primary.sink.writing(connection, &) unless several?

        opened(connection, @order.to_a) { |connections| yield Commit.new(@order, connections) }
      end

      # What is done in the primary one beside the writing of rows, and counted there.
      # @param open [Object, Commit, nil] see {#writing}
      # @param counters [Hash{Symbol => Integer}] of the rows
      # @yieldparam connection [Object, nil] of that sink
      # @yieldreturn [Hash{Symbol => Integer}] the same, with what was deleted
      # @return [Hash{Symbol => Integer}]
      def beside(open, counters = {})
        return yield(open) unless several?

        yield(open.connection(@order.primary)).tap { |after| open.count(@order.primary, {deleted: after.fetch(:deleted, 0) - counters.fetch(:deleted, 0)}) }
      end

      # @param page [Page] whose batch is after the steps
      # @param seen [Object, nil]
      # @return [Object] what writes rows with these columns
      def writer_for(page, seen)
        return @primary.writer_for(page, seen) unless several?

        Writer.new(self, @order, @order.map { |member| member.writer_for(page, seen) })
      end

      # @param batch [Native::Batch] after the steps
      # @return [Object, nil] the only sink's writer for rows with these columns, where there is one already
      def known_writer(batch) = several? ? nil : @primary.known_writer(batch)

      # @param batch [Native::Batch]
      # @return [Native::Batch] with the same rows
      def copy(batch) = (@spares.pop || Native::Batch.new([])).copy_from(batch)

      # @param copies [Array<Native::Batch>] that nobody looks at any more
      def give_back(copies) = @spares.concat(copies.each(&:clear))

      # @param error [Exception]
      # @return [Boolean] whether the same batch may go through when it is tried again
      def transient?(error) = any? { |member| member.sink.respond_to?(:transient?) && member.sink.transient?(error) }

      # Ends what they have opened.
      # @return [void]
      def close = each { |member| member.sink.close if member.sink.respond_to?(:close) }

      private

      def opened(connection, members, connections = [], &)
        return yield(connections) if members.empty?

        members.first.sink.writing(connection) { |own| opened(connection, members.drop(1), [*connections, own], &) }
      end
    end
  end
end

require_relative "sinks/names"
require_relative "sinks/counts"
require_relative "sinks/member"
require_relative "sinks/order"
require_relative "sinks/commit"
require_relative "sinks/writer"
