# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Batches whose rows are committed, to be filled again. The collector sees a few bytes of a batch and not its columns:
    # left to it, the batches of a long run would pile up by the hundred. One thread may give what another takes.
    class Spares
      # As many as are under way at once: one being read, two that wait, one being written.
      MOST = 4
      private_constant :MOST

      def initialize
        @batches = []
      end

      # @param names [Array<String>] of the columns
      # @return [Native::Batch] without rows
      def take(names)
        batch = @batches.pop
        (batch&.source_names == names) ? batch : Native::Batch.new(names)
      end

      # @param batch [Native::Batch] that nobody looks at any more
      def give(batch)
        @batches << batch.clear if @batches.size < MOST
      end
    end
  end
end
