# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # A `transform_batch` block as a part of a {Transformation}. It sees a whole batch, so when it raises nobody knows which
    # row is to blame. Where bad rows are put aside they are found by halves: the block is called with fewer rows, down to
    # one, and nothing of a call that raised is kept.
    class BatchPart
      # @param flow [Base] self of the block
      # @param block [Proc]
      # @param casts [Hash{String => #deserialize, #serialize}]
      # @param split [Boolean] whether bad rows are looked for; otherwise what the block raises goes on as it is
      def initialize(flow, block, casts, split:)
        @flow = flow
        @block = block
        @casts = casts
        @split = split
      end

      # @param batch [Native::Batch]
      # @yieldparam misfit [Transformation::Misfit] as soon as it is found
      def call(batch, &found)
        return run(BatchView.new(batch, @casts)) unless @split

        take_over(batch, parts(batch, batch.live, &found))
      end

      private

      def run(view) = @flow.instance_exec(view, &@block)

      # @return [Array<PartView>] of the calls that came to their end, in the order of their rows
      def parts(batch, rows, &found)
        return [] if rows.empty?

        part = PartView.new(batch, @casts, rows)
        error = raised { run(part) }
        return [part] if error.nil?
        return put_aside(batch, rows.first, error, &found) if rows.one?

        middle = rows.size / 2
        parts(batch, rows.take(middle), &found) + parts(batch, rows.drop(middle), &found)
      end

      def raised
        yield
        nil
      rescue Throttled
        raise
      rescue => error
        error
      end

      def put_aside(batch, row, error)
        batch.reject(row)
        yield Transformation::Misfit.new(row:, column: nil, reason: nil, error:)
        []
      end

      def take_over(batch, parts)
        parts.flat_map(&:assigned).uniq.each do |name|
          columns = parts.map { |part| part.given(name) }
          columns.all? ? batch.set_values(name, columns.flatten(1)) : set_some(batch, name, parts.zip(columns))
        end
      end

      # What a call has not assigned is what it was before.
      def set_some(batch, name, pairs)
        pairs.each do |part, values|
          values&.each_with_index { |value, place| batch.set(part.rows.fetch(place), name, value) }
        end
      end
    end
  end
end
