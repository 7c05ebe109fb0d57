# frozen_string_literal: true

module ActiveDataFlow
  class Run
    # A row that was put aside: a picture of it, as {Run} is one. `row` is the row as it was read, before any step (nil where
    # it could not be read; `raw` is its text then), `reason` is a sentence.
    #
    #   reject = run.rejects.first
    #   reject.update!(row: reject.row.merge("total" => 12))
    #   reject.replay # => true: it is in the sink
    class Reject
      NAMES = %i[id run_id status stage reason error_class column_name position line row_ref row raw replayed_at].freeze
      # Under which a stored row says which columns other rows brought, and it did not.
      LACKING = "$lacking"

      NAMES.each { |name| define_method(name) { @values[name] } }

      # @return [Array<String>] columns that other rows of its batch brought; the sink keeps what it has there
      attr_reader :lacking

      # @param store [RunStore::Base]
      # @param values [Hash{Symbol => Object}] as {RunStore::Rejecting#find_reject} gives them
      def initialize(store, values)
        @store = store
        take(values)
      end

      %w[open replayed discarded].each { |name| define_method(:"#{name}?") { status == name } }

      # Mends the row: {#replay} then begins with this one.
      # @param row [Hash] as the source would have given it; columns that it does not have are not brought
      # @return [self]
      # @raise [Error] when it is not open any more
      def update!(row:)
        raise ArgumentError, "a reject's row is a Hash, not #{row.inspect}. Write: reject.update!(row: reject.row.merge(\"total\" => 12))" unless row.is_a?(Hash)

        names = row.keys.map(&:to_s)
        kept = lacking - names
        row = row.transform_keys(&:to_s)
        # What could not be read is a row now.
        change({row: kept.any? ? {**row, LACKING => kept} : row, stage: (stage == "read") ? "transform" : stage}, "mended")
      end

      # Sends the row through all steps into the sink; the row and the new status are in one commit. While a run of the same
      # flow and arguments is at work, that has the right of way.
      # @return [Boolean] false when it still cannot be taken: {#reason} says why now
      # @raise [Error] when a run is at work, and when it was discarded
      # @raise whatever is not the row's fault
      def replay = Engine::Replay.of(@store, run_id) { |replay| replay_by(replay) }

      # Nobody is going to mend it; it is kept, and `replay_rejects` passes over it.
      # @return [self]
      # @raise [Error] when it is not open any more
      def discard! = change({status: "discarded"}, "discarded")

      # @return [self] read again
      # @raise [Error] when it was deleted
      def reload
        take(@store.find_reject(id) || raise(Error, "reject #{id} of run #{run_id} is gone from its store"))
        self
      end

      # @return [Reject] the same as people may see it: what the application filters is replaced
      def shown
        hidden = Shown.filter && raw && Shown::FILTERED # a line has no names to filter by
        Reject.new(@store, {**@values, row: Shown.row(row), raw: hidden || raw, reason: Shown.text(reason, row:, column: column_name)})
      end

      # @return [Hash{Symbol => Object}]
      def to_h = @values

      # Two pictures of the same reject are equal when they show the same.
      def ==(other) = other.is_a?(Reject) && other.to_h == to_h

      # @return [String] with what may be seen
      def inspect = "#<#{self.class} #{shown.to_h.compact.map { |name, value| "#{name}=#{value.inspect}" }.join(", ")}>"
      alias_method :to_s, :inspect

      # (see #inspect)
      def pretty_print(page) = page.text(inspect)

      # @private
      # @param replay [Engine::Replay] of its run
      def replay_by(replay)
        refusal = replay.call(reload)
        reload
        take({**@values, **refusal}) if refusal
        refusal.nil?
      end

      private

      def take(values)
        row = values[:row]
        row = RunStore::Storable.parse(row) if row.is_a?(String)
        @lacking = row&.fetch(LACKING, @lacking) || []
        @values = {**values.slice(*NAMES), row: row&.except(LACKING)}.freeze
      end

      def change(columns, deed)
        done = @store.change_reject(id, **columns)
        reload
        raise Error, "reject #{id} of run #{run_id} is #{status} and was not #{deed}; only an open one can be" unless done

        self
      end
    end
  end
end
