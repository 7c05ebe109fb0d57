# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # The places of a group, one of which a run needs to be at work (protocols.md P8).
    class Slots
      # @param store [RunStore::Base]
      # @param group [Flow::GroupRule]
      def initialize(store, group)
        @store = store
        @group = group
      end

      # Tries the free ones in a random order, so that several at once seldom want the same; then those of dead workers.
      # @param own [String, nil] the one that the run has already
      # @yieldparam slot [String] is claimed with
      # @return [Array(Object), nil] what the block returned for the slot that it got, which may be nil, so in an Array; nil
      #   where there is no slot
      def each_free(own, &claim)
        each_of([*(@group.slots & [own]), *free], &claim) || (freed? ? each_of(free, &claim) : nil)
      end

      private

      def free = (@group.slots - @store.taken_slots(@group.slots)).shuffle

      def freed? = @store.free_lapsed_slots(@group.slots).any?

      def each_of(slots)
        slots.each do |slot|
          return [yield(slot)]
        rescue RunStore::SlotTaken
          next
        end
        nil
      end
    end
  end
end
