# frozen_string_literal: true

module ActiveDataFlow
  module Engine
    # Splits what a run is to read into parts that are carried over side by side: where one ends, says the source.
    class Partition
      # A run is to be made, and nobody has said yet into what it is split.
      class Unsplit < Error
        # @return [RunStore::Row, nil] behind whose cursor it begins
        attr_reader :last

        # @param last [RunStore::Row, nil]
        def initialize(last)
          @last = last
          super("a run is to be split")
        end
      end

      # @param plan [Plan]
      # @raise [ConfigurationError] where its source cannot be split, or its sink be written by several
      def self.check(plan)
        return if plan.partitions == 1
        refuse(plan) unless plan.source.respond_to?(:split)
        file = plan.sinks.find(&:checkpoints?) or return

        raise ConfigurationError, "#{plan.label} says partitions #{plan.partitions}, and #{file.sink} can be written by one run only. Leave the line out."
      end

      def self.refuse(plan)
        raise ConfigurationError, "#{plan.label} says partitions #{plan.partitions}, which splits a table or a relation by its keys. " \
          "The rows of its source, #{plan.source}, come one after the other, and only one run can read them. Leave the line out, or read them into a table first."
      end

      private_class_method :refuse

      # @param plan [Plan]
      # @param store [RunStore::Base]
      def initialize(plan, store)
        @plan = plan
        @store = store
      end

      # @param last [RunStore::Row, nil] behind whose cursor the run begins
      # @return [Array<Array(String, String)>, nil] for {RunStore::Parting}; nil where there are not two rows to read, or nobody
      #   can say yet that they may be read: such a run is carried over as a whole
      def ranges(last)
        after = last&.cursor
        @plan.source.upto = upto = bound(last) if @plan.horizon
        return if @plan.horizon && upto.nil?

        places = @plan.source.split(@plan.partitions, after: Place.values(after))
        [after, *places].zip([*places, upto && @plan.source.position(upto)]) if places.any?
      ensure
        @plan.source.upto = nil if @plan.horizon
      end

      private

      # Up to where `read :new` and `:changed` go is said once, for all parts.
      def bound(last)
        kept = last && @store.read_state(last)
        verdict = @plan.horizon.verdict(Place.values(last&.cursor), kept) { false }
        Operations.logger.warn("#{@plan.label}: #{verdict.note}") if verdict.note
        @store.keep_read_state(last, verdict.kept) unless last.nil? || verdict.kept == kept
        verdict.upto
      end
    end
  end
end
