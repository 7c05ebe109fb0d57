# frozen_string_literal: true

require_relative "sweep/round"

module ActiveDataFlow
  # Finds what nobody is at: runs whose worker is dead or that were never enqueued, runs to be cancelled, slots of the dead,
  # callbacks that a dying process left; and tasks. Several at once do nothing twice.
  #
  #   ActiveDataFlow::Sweep.call # => {dispatched: 0, cancelled: 0, callbacks: 0, tasks: nil}
  #
  # In Rails a job calls it every 30 seconds. In plain Ruby there is no queue to dispatch to, so who starts the flow goes on with
  # its run; all else is done here, wherever a program calls it.
  module Sweep
    # Seconds that another one keeps.
    APART = 10

    class << self
      # @param now_or_never [Boolean] even if one was here within the last ten seconds
      # @return [Hash{Symbol => Integer}] runs that were :dispatched and :cancelled, runs whose :callbacks were called, and what
      #   was done for :tasks
      def call(now_or_never: false)
        stores = RunStore.all.select { |store| turn?(store, now_or_never) }
        done = stores.map { |store| Round.new(store).call }
        counts = %i[dispatched cancelled callbacks].to_h { |name| [name, done.sum { |round| round[name] }] }
        {**counts, tasks: stores.any? ? tasks : nil}
      end

      # @return [Time, nil] when one last began, by whatever process; nil: never
      def last_at = RunStore.all.filter_map(&:swept_at).max

      private

      def turn?(store, now_or_never)
        store.begin_sweep(apart: now_or_never ? 0 : APART)
      rescue => error
        Round.pass_over("runs", error)
      end

      def tasks
        Operations.sweep if Operations.respond_to?(:sweep)
      rescue => error
        Round.pass_over("tasks", error)
      end
    end
  end
end
