# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    # The steps of one attempt, made ready to run over batches: declarative ones together in Rust, Ruby ones between them.
    class Transformation
      # A row that a step could not take.
      Misfit = Data.define(:row, :column, :reason, :error)

      # @param flow [Base] self of every block
      # @param steps [Array<Step>] with the values of this run filled in
      # @param types [Hash{String => String, nil}] `sql_type` of the source's columns
      # @param dialect [Symbol, nil] of the source's database
      # @param casts [Hash{String => #deserialize}]
      # @param decoder [#call, nil] comes before the first step
      def initialize(flow, steps, types: {}, casts: {}, dialect: nil, decoder: nil)
        @flow = flow
        @source = {types:, dialect:}
        @casts = casts
        @row = Row.new(casts)
        @native = decoder.nil? && steps.all?(&:native?)
        parts = steps.chunk_while { |one, other| one.native? && other.native? }
        renamed = decoder && {}
        @parts = parts.map do |part|
          part_of(part, renamed).tap { renamed = follow(part, renamed || {}) }
        end
        @parts.unshift(decoding(decoder)) if decoder
      end

      # @return [Boolean] whether no Ruby is called, and nothing else is asked than the rows
      def native? = @native

      # @param batch [Native::Batch]
      # @return [Array<Misfit>] rows that were left out because a step could not take them
      def call(batch) = @parts.flat_map { |part| part.call(batch) }

      private

      # @return [Hash{String => String}] what columns are called in the source
      def follow(steps, renamed)
        pairs = steps.select { |step| step.word == :rename }.flat_map { |step| step.arguments[:names].to_a }
        pairs.reduce(renamed) { |known, (from, to)| known.merge(to => known.fetch(from, from)) }
      end

      def part_of(steps, renamed)
        step = steps.first
        return misfits_of(Program.native(steps, **@source, renamed:).method(:apply)) if step.native?
        return misfits_of(Lookup.new(step, **@source)) if step.word == :lookup
        return batch_part(step) if step.word == :transform_batch

        (step.arguments[:form] == :hash) ? hash_part(step) : row_part(step)
      end

      def decoding(decoder)
        lambda do |batch|
          misfits_of(decoder).call(batch).each { |misfit| batch.reject(misfit.row) }
        end
      end

      def misfits_of(work)
        ->(batch) { work.call(batch).map { |row, column, reason| Misfit.new(row:, column:, reason:, error: nil) } }
      end

      def batch_part(step)
        lambda do |batch|
          @flow.instance_exec(BatchView.new(batch, @casts), &step.arguments[:block])
          []
        end
      end

      def row_part(step)
        work = step.arguments.fetch(:method)
        lambda do |batch|
          each_live(batch) { |index| @flow.__send__(work, @row._move(batch, index)) }
        end
      end

      def hash_part(step)
        work = step.arguments.fetch(:method)
        lambda do |batch|
          results = Array.new(batch.size)
          misfits = each_live(batch) do |index|
            answer = @flow.__send__(work, @row._move(batch, index).to_h)
            next batch.filter(index) if answer.nil?

            results[index] = checked_hash(answer, step)
          end
          take_over(batch, results)
          misfits
        end
      end

      # A row whose block raises is a misfit; the others go on.
      def each_live(batch)
        misfits = []
        batch.live.each do |index|
          yield index
        rescue => error
          batch.reject(index)
          misfits << Misfit.new(row: index, column: nil, reason: nil, error:)
        end
        misfits
      end

      def checked_hash(answer, step)
        return answer if answer.is_a?(Hash)

        raise TypeError, "transform(as: :hash) at #{step.at} has to return a Hash, or nil to leave the row out; it returned #{answer.class}"
      end

      # A column that no row has changed stays what was read, byte for byte.
      def take_over(batch, results)
        names = results.compact.flat_map(&:keys).map(&:to_s).uniq
        rows = (0...batch.size).select { |index| results[index] }
        return if rows.empty?

        given = results.map { |row| row&.transform_keys(&:to_s) }
        names.each { |name| take_column(batch, name, rows, rows.map { |index| given[index][name] }) }
        batch.keep(names)
      end

      def take_column(batch, name, rows, values)
        return if batch.outputs.include?(name) && rows.each_with_index.all? { |index, place| @row._move(batch, index)[name].eql?(values[place]) }

        cast = @casts[name]
        batch.set_values(name, cast ? values.map { |value| Flow.given(cast, value) } : values)
      end
    end
  end
end
