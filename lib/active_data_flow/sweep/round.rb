# frozen_string_literal: true

module ActiveDataFlow
  module Sweep
    # One look at one store. What goes wrong with one run is said in the log, and keeps nobody from the others.
    class Round
      # Rows that are read at once, and how often.
      ROWS = 100
      TIMES = 10
      private_constant :ROWS, :TIMES

      # @return [nil]
      def self.pass_over(what, error)
        Operations.logger.error("the sweep passes over #{what}: #{Shown.error(error)}")
        nil
      end

      # @param store [RunStore::Base]
      def initialize(store)
        @store = store
      end

      # The callbacks last: they are the author's, and may take their time.
      # @param callbacks [Boolean] whether to call those that are owed
      # @return [Hash{Symbol => Integer}] :dispatched, :cancelled, :callbacks
      def call(callbacks: true)
        {cancelled: cancelled, dispatched: dispatched, callbacks: callbacks ? count(:owing) { |row| Engine::Callbacks.deliver(@store, row) } : 0}
      end

      private

      # Then the runs that have ended with these, or with other parts of theirs.
      def cancelled = count(:to_stop) { |row| @store.cancel_abandoned(row.id) }.tap { count(:over) { |row| @store.end_split(row.id) } }

      # Slots first: who is due may need one.
      def dispatched
        trying("slots") { @store.free_lapsed_slots }
        groups.sum { |group| Outbox.next_of_group(@store, group).size } + due
      end

      # One of each name: the largest says how many there may be.
      def groups = Flow::Registry.all.filter_map(&:group).group_by(&:name).map { |_name, rules| rules.max_by(&:limit) }

      def due
        return 0 unless Outbox.dispatcher

        portions { @store.due(limit: ROWS) }.sum { |rows| trying("runs that are due") { Outbox.dispatch(@store, rows).size } || 0 }
      end

      def count(what)
        portions { @store.public_send(what, limit: ROWS) }.sum do |rows|
          rows.count { |row| trying("#{row.flow_name} run #{row.id}") { yield row } }
        end
      end

      # As long as there are more of them, up to a bound: somebody waits for the sweep to end.
      def portions
        Enumerator.new do |found|
          TIMES.times do
            rows = trying("runs") { yield } || []
            found << rows if rows.any?
            break if rows.size < ROWS
          end
        end
      end

      def trying(what)
        yield
      rescue => error
        Round.pass_over(what, error)
      end
    end
  end
end
