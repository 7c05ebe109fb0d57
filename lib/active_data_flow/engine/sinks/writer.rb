# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    class Sinks
      # Writes the rows of one batch to several sinks, for {Splitting} as one writer: a row that one of them refuses is taken
      # back from those before it, and put aside. Each sink has the rows in a batch of its own, since it makes of the
      # values what its columns are, and of rows with one key the last one, as if it were alone.
      class Writer
        # Which sink an error is of, and which row, if that is known.
        Blame = Data.define(:place, :row)
        private_constant :Blame

        # @param sinks [Sinks]
        # @param order [Order]
        # @param writers [Array<Object>] of the sinks, in that order
        def initialize(sinks, order, writers)
          @sinks = sinks
          @order = order
          @writers = writers
          @primary = order.primary
          @blames = Hash.new(Blame.new(place: 0, row: nil)).compare_by_identity
          main.beside_others if main.respond_to?(:beside_others)
        end

        # @param batch [Native::Batch]
        # @return [Array<Flow::Transformation::Misfit>] rows that one of the sinks cannot take
        def prepare(batch)
          @batches = @writers.each_index.map { |place| (place == @primary) ? batch : @sinks.copy(batch) }
          @writers.each_index.flat_map { |place| misfits(place) }.uniq(&:row)
        end

        # @param _batch [Native::Batch] whose misfits are put aside
        def settle(_batch)
          each(:settle) { |writer, place| writer.settle(follow(place)) }
        end

        # @param _batch [Native::Batch]
        def encode(_batch)
          each(:encode) { |writer, place| writer.encode(@batches[place]) unless writer.respond_to?(:append) }
        end

        # @return [Array<Integer>] how many rows each sink has left out, since a later one has their key
        def skipped = @batches.map { |batch| batch.counts[:skipped] }

        # @param commit [Commit]
        # @param _batch [Native::Batch]
        # @param first [Integer]
        # @param last [Integer]
        # @return [Hash{Symbol => Integer}] what became of the rows in the primary sink
        # @yieldparam row [Integer] that a sink has left out by itself
        # @yieldparam error [Exception]
        def write(commit, _batch, first, last, &aside)
          commit.join(self)
          counts = together(commit) { |place| one(commit, place, first, last, &aside) }
          counts.each_with_index { |written, place| commit.count(place, written) }
          counts[@primary]
        end

        # The rows have been accepted everywhere, and are about to be committed.
        # @return [void]
        def append
          each(:append) { |writer, place| writer.append(follow(place)) }
          @sinks.give_back(@batches.reject.with_index { |_batch, place| place == @primary })
        end

        # What the sinks have for this, {#write} does.
        # @return [Object] what the block returned
        def savepoint(_commit) = yield

        # @return [Boolean] never: the rows are copied for each sink when they are as they should be
        def ahead? = false

        # @param error [Exception]
        # @return [Boolean] whether a row is to blame, and not a sink
        def row_error?(error, commit) = blamed(error).row_error?(error, commit.connection(@blames[error].place))

        # @return [Integer, nil]
        def row_of(error) = @blames[error].row || blamed(error).row_of(error)

        # @return [String, nil]
        def column_of(error) = blamed(error).column_of(error)

        # @return [String] with the sink that has refused the row
        def reason_of(error) = named(blamed(error).reason_of(error), @blames[error].place)

        # Of a table that is read and changed: see {ActiveRecord::SameTableWriter}.
        # @return [Array<Integer>]
        def missed = main.respond_to?(:missed) ? main.missed : []

        # @return [Integer]
        def equal = main.respond_to?(:equal) ? main.equal : 0

        # @param batch [Native::Batch]
        # @return [Page, nil]
        def read_again(batch) = main.read_again(batch)

        private

        def main = @writers[@primary]

        def blamed(error) = @writers[@blames[error].place]

        # The innermost one knows.
        def blame(error, place, row = nil)
          @blames[error] = Blame.new(place:, row:) unless @blames.key?(error)
          raise error
        end

        def each(deed)
          @writers.each_with_index { |writer, place| yield writer, place if writer.respond_to?(deed) }
        end

        def misfits(place)
          @writers[place].prepare(@batches[place]).map { |misfit| misfit.reason ? misfit.with(reason: named(misfit.reason, place)) : misfit }
        end

        def named(reason, place) = "#{reason.delete_suffix(".")} (sink #{@order.name(place)})"

        # What one has refused, and what somebody has changed since it was read, is nobody's.
        # @return [Native::Batch] that sink's
        def follow(place)
          batch = @batches[place]
          return batch if place == @primary

          missed.each { |row| batch.filter(row) }
          batch.reject_as(@batches[@primary])
        end

        # Before something is written for good, the databases have looked at all that they look at late.
        def together(commit, &)
          final = @order.final
          return undone(commit) { @writers.each_index.map(&) } if final.nil?

          undone(commit) { undone(commit) { (0...final).map(&) } + (final...@writers.size).map(&) }
        end

        # Inside a savepoint of each.
        def undone(commit, place = 0, &)
          return yield if place == @writers.size

          @writers[place].savepoint(commit.connection(place)) { undone(commit, place + 1, &) }
        rescue => error
          blame(error, place)
        end

        # The first one may leave rows out by itself: nobody else has them yet.
        def one(commit, place, first, last, &aside)
          writer = @writers[place]
          writer.forget if writer.respond_to?(:forget) && @order.keyed?(place)
          writer.write(commit.connection(place), follow(place), first, last) do |row, error|
            place.zero? ? aside.call(row, error) : blame(error, place, row)
          end
        rescue => error
          blame(error, place)
        end
      end
    end
  end
end
