# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # The way of rows through this process: read, through the steps, written.
    class RowsPath
      # @param plan [Plan]
      # @param after [Object, nil] the position after which to go on, as the source end takes it
      # @param reader [Object, nil] of the source; by default the source end's own
      def initialize(plan, after, reader: plan.reader(after))
        @plan = plan
        @reader = reader
        @transformation = plan.transformation
        @reader.ahead = method(:ahead) if @reader.respond_to?(:ahead=) && @transformation.native? && !plan.same_table?
      end

      # @param limit [Integer] rows
      # @return [Portion, nil] nil at the end
      def next(limit)
        page = @reader.next(limit)
        page && (page.portion || portion(page))
      end

      # @param portion [Portion] that is committed
      def done(portion) = @reader.done(portion.page)

      # Ends what the two ends have opened.
      def close
        @reader.close
      ensure
        @plan.close
      end

      private

      def portion(page) = Portion.new(page, @plan, @transformation)

      # In the reader's thread.
      def ahead(page) = page.with(portion: portion(page).tap(&:work_ahead))

      # One batch of this path.
      class Portion
        # How often rows are read again that somebody changes meanwhile: they are locked, so once is enough.
        ROUNDS = 3
        # What comes before the transaction, and where a row stands that is put aside in it.
        STAGES = {read: :read, transform: :transform, fit: :write, settle: :write, encode: :write}.freeze
        private_constant :ROUNDS, :STAGES

        def initialize(page, plan, transformation, round: 1)
          @page = page
          @plan = plan
          @transformation = transformation
          @round = round
          @stages = page.misfits.any? ? STAGES.keys : STAGES.keys.drop(1)
        end

        # @return [Page]
        attr_reader :page

        # @return [String] the position after it
        def upto = @page.upto

        # @return [Boolean]
        def last? = @page.last

        # @return [Integer] rows that were read
        def size = @page.batch.size

        # Everything before the transaction opens: steps, blocks, casts, bytes.
        # @param aside [Aside]
        def prepare(aside)
          aside.page = @page
          raise @error if @error

          until @stages.empty?
            work { |misfit| aside.put(misfit, STAGES[@stages.first]) }
            leave_stage
          end
        end

        # The same in another thread, while rows before these are being written: as far as no row has to be put aside, and
        # nothing else is asked than the rows. What is found, or raised, waits for {#prepare}.
        def work_ahead
          while @stages.first == :transform || (@stages.any? && writer_ahead?)
            found = []
            work { |misfit| found << misfit }
            return @found = found if found.any?

            leave_stage
          end
        rescue => error
          @error = error
        end

        # The row (there is only one) is put aside as it is, without a step or a block.
        # @param aside [Aside]
        # @param reason [String]
        def condemn(aside, reason)
          aside.page = @page
          aside.put(Flow::Transformation::Misfit.new(row: 0, column: nil, reason:, error: nil), :transform)
        end

        # @return [String] the same for the same rows
        def content = Digest::SHA256.hexdigest(@page.batch.row_hashes(@page.batch.source_names - @page.lacking))

        # @return [Hash{Symbol => Integer}] what is known of its rows
        def known
          {read: size, **@page.batch.counts.slice(:filtered, :rejected, :skipped)}
        end

        # Inside the transaction.
        # @param connection [Object, nil] of the sink
        # @param aside [Aside]
        # @return [Hash{Symbol => Integer}] counters of the batch
        def write(connection, aside)
          written = nothing_left? ? Splitting::NONE : Splitting.new(@writer, connection, @page.batch, aside).call
          counts = {deleted: 0, **known.merge(written) { |_name, before, more| before + more }}
          @writer.respond_to?(:missed) ? with_missed(counts, connection, aside) : counts
        end

        # @param mirrored [ActiveRecord::Unseen]
        # @return [ActiveRecord::Unseen::Keys] of its rows
        def seen(mirrored) = mirrored.keys_of(@page.batch)

        private

        # @yieldparam misfit [Flow::Transformation::Misfit] of the stage that it is at
        def work(&) = @found ? @found.each(&) : send(@stages.first, &)

        def leave_stage
          @stages.shift
          @found = nil
        end

        def read(&) = @page.misfits.each(&)

        def transform(&)
          @seen = @plan.seen(@page.batch)
          @transformation.call(@page.batch, &)
        end

        # Where no row is left, none says which columns there would be.
        def fit(&)
          return if nothing_left?

          @writer = @plan.writer_for(@page, @seen)
          @writer.prepare(@page.batch).each(&)
        end

        %i[settle encode].each do |stage|
          define_method(stage) { @writer.public_send(stage, @page.batch) if @writer.respond_to?(stage) }
        end

        # Making one asks the sink's database, which is the other thread's business.
        def writer_ahead? = (@writer || @plan.known_writer(@page.batch))&.ahead?

        # Rows that left the batch while it was written are no filtered ones: they were as they should be, or are carried
        # over once more as they are now.
        def with_missed(counts, connection, aside)
          again = carry_over_again(@writer.missed.size, connection, aside)
          counts = counts.merge(filtered: counts[:filtered] - @writer.missed.size - @writer.equal, unchanged: counts[:unchanged] + @writer.equal)
          counts.merge(again) { |_name, count, more| count + more }
        end

        def carry_over_again(count, connection, aside)
          return {} if count.zero?

          refuse_endless if @round == ROUNDS
          page = @writer.read_again(@page.batch) or return {skipped: count}
          portion = Portion.new(page, @plan, @transformation, round: @round + 1)
          counts = aside.beside do |other|
            portion.prepare(other)
            portion.write(connection, other)
          end
          counts.merge(read: 0, skipped: counts[:skipped] + count - portion.size)
        end

        def refuse_endless
          raise Error, "#{@plan.label}: rows up to #{upto} are read in another form each time, so nobody can tell whether somebody changed them. " \
            "Read the table's own columns: a source without select and joins."
        end

        def nothing_left? = @page.batch.counts[:live].zero?
      end
    end
  end
end
