# frozen_string_literal: true

require_relative "listed"

module Operations
  # The runs of flows that a task has started, in the order they were started, read anew at each use.
  #
  #   wait_until(:copied?) { condition { flow_runs.all?(&:finished?) } and go_to(:done) }
  class FlowRuns
    include Listed

    # @param task [Operations::Task]
    def initialize(task)
      @task = task
    end

    # @return [Array<ActiveDataFlow::Run>]
    def to_a
      rows = stores.flat_map { |store| store.children_of(@task.id).map { |row| [store, row] } }
      rows = rows.sort_by.with_index { |(_store, row), index| [row.created_at, index] } if stores.size > 1
      rows.map { |store, row| ActiveDataFlow::Run.new(store, row) }.concat(@task._started_flows.map(&:run))
    end

    # @return [Integer]
    def size = stores.sum { |store| store.count_children(@task.id) } + @task._started_flows.size

    private

    # A program without flows has none.
    def stores = (@task.id && defined?(ActiveDataFlow::Base)) ? ActiveDataFlow::RunStore.all : []
  end
end
