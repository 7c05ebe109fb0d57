# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    class Pushdown
      # One window on its way. When the database refuses a row of it, the window's rows come through this process after all,
      # so that the row is found and the others are written.
      class Portion
        # @return [Integer] rows: how many there are at most, and after {#write} how many there were
        attr_reader :size

        def initialize(path, statements, after, upto, limit:, last:)
          @path = path
          @statements = statements
          @after = after
          @upto = upto
          @size = limit
          @last = last
        end

        # @return [String] the position after it
        def upto = @path.source.position(@upto)

        # @return [Boolean]
        def last? = @last

        # @return [Hash{Symbol => Integer}] what is known of its rows
        def known = {read: @size}

        # There are no rows here yet.
        def prepare(_aside) = nil

        # The window is one row that is put aside as it is.
        # @param reason [String]
        def condemn(_aside, reason)
          @condemned = reason
        end

        # Inside the transaction.
        # @param connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter]
        # @param aside [Engine::Aside]
        # @return [Hash{Symbol => Integer}] counters of the window
        def write(connection, aside)
          return by_rows(connection, aside) if @condemned

          counters = Whole.savepoint(connection) { @statements.run(connection, @after, @upto) }
          @size = counters[:read]
          counters
        rescue ::ActiveRecord::ActiveRecordError => error
          raise unless Errors.row?(error) && connection.transaction_open?

          by_rows(connection, aside)
        end

        # @param mirrored [Unseen]
        # @return [Unseen::Keys, Unseen::Window] of its rows; behind the last window also of those that have come since it was
        #   looked for
        def seen(mirrored) = @seen || mirrored.window(@statements.page(@after, (@upto unless @last)))

        private

        def by_rows(connection, aside)
          source = @path.source
          rows = Engine::RowsPath.new(@path.plan, nil, reader: source.reader_class.new(source, after: @after, upto: @upto))
          sum = Hash.new(0)
          while (portion = rows.next(@size))
            @condemned ? portion.condemn(aside, @condemned) : portion.prepare(aside)
            portion.write(connection, aside).each { |name, count| sum[name] += count }
            note_seen(portion)
          end
          sum
        end

        # A statement that looks at such a row once more would fail again.
        def note_seen(portion)
          mirrored = @path.plan.mirrored or return
          keys = portion.seen(mirrored)
          @seen = @seen ? @seen + keys : keys
        end
      end
    end
  end
end
