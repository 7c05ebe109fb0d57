# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # What rows would become. Nothing is written, nothing is remembered.
    class Preview
      # One row.
      #
      # before:: Hash, as it was read
      # after:: Hash, as it would be written; nil for a row that is left out
      # reason:: String, why it is left out; nil otherwise
      Entry = Data.define(:before, :after, :reason)

      # @param flow [Base]
      def initialize(flow)
        @flow = flow
      end

      # @param count [Integer]
      # @return [Array<Entry>]
      def first(count)
        raise ArgumentError, "preview shows at least one row, not #{count.inspect}. Write: preview(rows: 20)" unless count.is_a?(Integer) && count.positive?

        plan = Plan.new(@flow)
        transformation = plan.transformation
        reader = plan.source.reader(after: nil)
        entries = []
        while entries.size < count && (page = reader.next(count - entries.size))
          entries.concat(entries_of(page, transformation)) if page.batch.size.positive?
          break if page.last
        end
        entries
      ensure
        reader&.close
      end

      # @param rows [Array<Hash>]
      # @return [Array<Hash{Symbol => Object}>]
      # @raise [RowError] for a row that a step could not take, or what a block raised
      def through(rows)
        batch = batch_of(rows)
        return [] if rows.empty?

        steps = Flow::Bindings.fill(@flow, @flow.class.declared.steps)
        misfit = Flow::Transformation.new(@flow, steps).call(batch).first
        raise misfit.error || RowError.new("#{Flow.label(@flow.class)}: row #{misfit.row}: #{misfit.reason}", stage: :transform, row: rows[misfit.row]) if misfit

        batch.hashes(0, batch.size - 1).map { |row| row.transform_keys(&:to_sym) }
      end

      private

      def entries_of(page, transformation)
        batch = page.batch
        page.misfits.each { |misfit| batch.reject(misfit.row) }
        misfits = [*page.misfits, *transformation.call(batch)].to_h { |misfit| [misfit.row, misfit] }
        (0...batch.size).map { |row| entry(batch, row, misfits[row]) }
      end

      def batch_of(rows)
        strangers = rows.is_a?(::Enumerable) ? rows.reject { |row| row.respond_to?(:to_hash) } : [rows]
        raise ArgumentError, "#{Flow.label(@flow.class)}: test takes an Array of Hashes, and #{strangers.first.inspect} is none." unless strangers.empty?

        Native::Batch.new(rows.flat_map(&:keys).map(&:to_s).uniq).tap { |batch| rows.each { |row| batch.push_hash(row.to_hash) } }
      end

      def entry(batch, row, misfit)
        after = batch.to_hash(row).transform_keys(&:to_sym) if batch.state(row) == :live
        reason = misfit ? (misfit.reason || "#{misfit.error.class}: #{misfit.error.message}") : (batch.state(row) unless after)&.to_s
        Entry.new(before: batch.source_hash(row).transform_keys(&:to_sym), after:, reason:)
      end
    end
  end
end
