# frozen_string_literal: true

require_relative "listed"

module Operations
  # The sub-tasks of a task in the order they were started, read anew at each use.
  class SubTasks
    include Listed

    # @param parent [Operations::Task]
    # @param statuses [Array<Symbol>, nil] only these; nil: all
    def initialize(parent, statuses = nil)
      @parent = parent
      @statuses = statuses
    end

    # @return [Array<Operations::Task>]
    def to_a = stored.concat(wanted(@parent._started_tasks))

    # @return [Integer]
    def size
      started = wanted(@parent._started_tasks).size
      @parent.id ? started + Operations.storage.count_sub_tasks(@parent, @statuses) : started
    end

    private

    def stored = @parent.id ? wanted(Operations.storage.sub_tasks_of(@parent)) : []

    def wanted(tasks) = @statuses ? tasks.select { |task| @statuses.include?(task._status_name) } : tasks.dup
  end
end
