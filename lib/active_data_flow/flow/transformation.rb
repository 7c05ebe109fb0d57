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
      # @param casts [Hash{String => #deserialize, #serialize}]
      # @param decoder [#call, nil] comes before the first step
      # @param split [Boolean] whether a batch whose block raises is split around its bad rows
      # @param lookups [Hash{Step => Object}] by identity, the tables of those lookups whose tables are known
      def initialize(flow, steps, types: {}, casts: {}, dialect: nil, decoder: nil, split: false, lookups: {})
        @flow = flow
        @lookups = lookups
        @split = split
        @source = {types:, dialect:}
        @casts = casts
        @row = Row.new(casts)
        @native = decoder.nil? && steps.all?(&:native?)
        @known = types.keys
        parts = steps.chunk_while { |one, other| one.native? && other.native? }
        renamed = decoder && {}
        @parts = parts.map do |part|
          part_of(part, renamed).tap do
            renamed = follow(part, renamed || {})
            @known = part.all?(&:declarative?) ? @known - part.flat_map { |step| Outline.assigned_by(step) } : []
          end
        end
        @parts.unshift(decoding(decoder)) if decoder
      end

      # @return [Boolean] whether no Ruby is called, and nothing else is asked than the rows
      def native? = @native

      # @param batch [Native::Batch]
      # @yieldparam misfit [Misfit] a row that is left out because a step cannot take it, as soon as that is known
      # @return [Array<Misfit>] without a block: all of them
      def call(batch, &found)
        return enum_for(:call, batch).to_a unless found

        @parts.each { |part| part.call(batch, &found) }
      end

      private

      # @return [Hash{String => String}] what columns are called in the source
      def follow(steps, renamed)
        pairs = steps.select { |step| step.word == :rename }.flat_map { |step| step.arguments[:names].to_a }
        pairs.reduce(renamed) { |known, (from, to)| known.merge(to => known.fetch(from, from)) }
      end

      def part_of(steps, renamed)
        step = steps.first
        return misfits_of(Program.native(steps, **@source, renamed:).method(:apply)) if step.native?
        return misfits_of(Lookup.new(step, **@source, known: @known, table: @lookups[step] || Lookup.table(step))) if step.word == :lookup
        return BatchPart.new(@flow, step.arguments[:block], @casts, split: @split) if step.word == :transform_batch

        (step.arguments[:form] == :hash) ? hash_part(step) : row_part(step)
      end

      def decoding(decoder)
        lambda do |batch, &found|
          misfits_of(decoder).call(batch) do |misfit|
            batch.reject(misfit.row)
            found.call(misfit)
          end
        end
      end

      def misfits_of(work)
        lambda do |batch, &found|
          work.call(batch).each { |row, column, reason| found.call(Misfit.new(row:, column:, reason:, error: nil)) }
        end
      end

      def row_part(step)
        work = step.arguments.fetch(:method)
        lambda do |batch, &found|
          each_live(batch, found) { |index| @flow.__send__(work, @row._move(batch, index)) }
        end
      end

      def hash_part(step)
        work = step.arguments.fetch(:method)
        lambda do |batch, &found|
          results = Array.new(batch.size)
          each_live(batch, found) do |index|
            answer = @flow.__send__(work, @row._move(batch, index).to_h)
            next batch.filter(index) if answer.nil?

            results[index] = checked_hash(answer, step)
          end
          take_over(batch, results)
        end
      end

      # A row whose block raises is a misfit; the others go on. Who wants to be left alone for a while has nothing against the
      # row.
      def each_live(batch, found)
        batch.live.each do |index|
          yield index
        rescue Throttled
          raise
        rescue => error
          batch.reject(index)
          found.call(Misfit.new(row: index, column: nil, reason: nil, error:))
        end
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
        batch.set_values(name, cast ? values.map { |value| cast.serialize(value) } : values)
      end
    end
  end
end
