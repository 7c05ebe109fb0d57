# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    module Postgresql
      # Reads many batches by one COPY, on a connection of its own and in a thread of its own, while the sink commits batch
      # after batch: reading and writing overlap. Each window sees the source as it was when the window began.
      class ReadAhead < CopyReader
        # Batches of one window, and how many of them may wait.
        BATCHES = 40
        WAITING = 2
        # Rows of a batch that is worth being worked on. Those of a run with a suspicion are few: they wait for their turn.
        WORTH = 500
        private_constant :BATCHES, :WAITING, :WORTH

        # @return [#call, nil] works on a page in the thread, and returns it
        attr_writer :ahead

        # @param source [SourceEnd]
        # @return [Boolean] whether the pool can spare a connection, and nothing ties the source to this thread's: no open
        #   transaction (a transactional spec has one), no pinned connection
        def self.possible?(source)
          pool = source.pool
          return false if Database.pinned?(pool)
          return false if source.table.with_connection(&:transaction_open?)

          stat = pool.stat
          stat[:size] - stat[:busy] >= 1 && stat[:size] > 1
        end

        # (see Reader#next)
        def next(limit)
          @limit = limit
          loop do
            return if @ended

            open_window unless @pages
            page = @pages.pop
            return passed(page) if page.is_a?(Engine::Page)

            close_window
            raise page if page.is_a?(Exception)

            @ended = page == :end
          end
        end

        # Ends the COPY that is under way.
        def close = close_window

        private

        def passed(page)
          @ended = page.last
          @after = Engine::Place.values(page.upto)
          page
        end

        def open_window
          @pages = pages = Thread::SizedQueue.new(WAITING)
          rows = @limit * BATCHES
          sql = page_sql(rows)
          @thread = Thread.new { read(sql, rows, pages) }
          @thread.report_on_exception = false
        end

        def close_window
          @pages&.close
          @thread&.join
          @pages = @thread = nil
        end

        # In the thread: pages, and after them how the window ended: `:window` (there may be more), `:end`, or an error.
        def read(sql, rows, pages)
          read = @source.pool.with_connection do |connection|
            Raw.reading(connection) { |raw| copy(raw, sql, rows, pages) }
          end
          pages << ((read < rows) ? :end : :window)
        rescue ClosedQueueError
          nil
        rescue Exception => error # rubocop:disable Lint/RescueException -- it is raised again where the rows are wanted
          begin
            pages << error
          rescue ClosedQueueError
            nil
          end
        end

        def copy(raw, sql, rows, pages)
          decoder = Native::CopyReader.new(@types)
          read = batch = nil
          raw.copy_data("COPY (#{sql}) TO STDOUT (FORMAT binary)") do
            read, batch = bring(raw, decoder, pages)
          rescue ClosedQueueError
            raw.cancel
            raise
          end
          # Not before: what ends a COPY may be an error, which is heard of behind its rows.
          batch.size.zero? ? @spares.give(batch) : pages << page(batch, read < rows)
          read
        end

        def worked_on(page) = (@ahead && page.batch.size >= WORTH) ? @ahead.call(page) : page

        # @return [Array(Integer, Native::Batch)] how many rows came, and those that are in no page yet
        def bring(raw, decoder, pages)
          batch = @spares.take(@names)
          read = 0
          while (line = raw.get_copy_data)
            came = decoder.feed(line, batch)
            next if came.zero?

            read += came
            next if batch.size < @limit

            pages << worked_on(page(batch, false))
            batch = @spares.take(@names)
          end
          [read, batch]
        end
      end
    end
  end
end
