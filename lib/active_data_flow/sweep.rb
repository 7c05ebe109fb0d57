# frozen_string_literal: true

require_relative "sweep/round"

module ActiveDataFlow
  # Finds what nobody is at: runs whose worker is dead or that were never enqueued, runs to be cancelled, slots of the dead,
  # callbacks that a dying process left; and tasks. Several at once do nothing twice.
  #
  #   ActiveDataFlow::Sweep.call # => {dispatched: 0, cancelled: 0, callbacks: 0, tasks: {dispatched: 0, failed: 0, deleted: 0}}
  #
  # In Rails a job calls it every 30 seconds. In plain Ruby there is no queue to dispatch to, so who starts the flow goes on with
  # its run; all else is done here, wherever a program calls it.
  module Sweep
    # Seconds that another one keeps.
    APART = 10
    # Seconds without any, after which whoever is at work sweeps beside it.
    MISSING = 60
    COUNTS = %i[dispatched cancelled callbacks].freeze
    NOTHING = {**COUNTS.to_h { |name| [name, 0] }, tasks: Operations::Sweep::NOTHING}.freeze
    private_constant :MISSING, :COUNTS, :NOTHING

    class << self
      # @param now_or_never [Boolean] even if one was here within the last ten seconds
      # @return [Hash{Symbol => Integer}] runs that were :dispatched and :cancelled, runs whose :callbacks were called, and what
      #   was done for :tasks, by {Operations.sweep}; nil where that failed
      def call(now_or_never: false) = sweep(apart: now_or_never ? 0 : APART)

      # @private For the thread that renews leases: where all workers are at long runs, nobody else may come. In a thread of its
      #   own, since no lease is to wait for it, and without callbacks: the author's code belongs in the author's threads.
      # @return [Thread, nil]
      def beside_work
        return if Outbox.dispatcher.nil? || @beside&.alive?

        @beside = Thread.new do
          Thread.current.name = "active_data_flow sweep"
          sweep(apart: MISSING, callbacks: false)
        rescue => error
          Instrumentation.report(error)
          Round.pass_over("everything", error)
        end
      end

      # @return [Time, nil] when one last began, by whatever process; nil: never
      def last_at = RunStore.all.filter_map(&:swept_at).max

      private

      def sweep(apart:, callbacks: true)
        stores = RunStore.all.select { |store| turn?(store, apart) }
        return {**NOTHING} if stores.empty?

        Instrumentation.instrument(:sweep) { |told| round(stores, callbacks).tap { |done| told.update(done) } }
      end

      def round(stores, callbacks)
        done = stores.map { |store| Round.new(store).call(callbacks:) }
        {**COUNTS.to_h { |name| [name, done.sum { |round| round[name] }] }, tasks:}
      end

      def turn?(store, apart)
        store.begin_sweep(apart:)
      rescue => error
        Round.pass_over("runs", error)
      end

      def tasks
        Operations.sweep
      rescue => error
        Round.pass_over("tasks", error)
      end
    end
  end
end
