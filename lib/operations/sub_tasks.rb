# frozen_string_literal: true

require_relative "counted"

module Operations
  # The sub-tasks of a task in the order they were started, read anew at each use.
  class SubTasks
    include Counted

    # @param parent [Operations::Task]
    # @param statuses [Array<Symbol>, nil] only these; nil: all
    def initialize(parent, statuses = nil)
      @parent = parent
      @statuses = statuses
    end

    def each(&block)
      return enum_for(:each) { size } unless block

      to_a.each(&block)
      self
    end

    # @return [Array<Operations::Task>]
    def to_a = stored.concat(wanted(@parent._started_tasks))
    alias_method :to_ary, :to_a
    alias_method :entries, :to_a

    # @return [Integer]
    def size
      started = wanted(@parent._started_tasks).size
      @parent.id ? started + Operations.storage.count_sub_tasks(@parent, @statuses) : started
    end

    def last(*args) = to_a.last(*args)

    def [](*args) = to_a[*args]

    def ==(other) = other.respond_to?(:to_a) && to_a == other.to_a

    def inspect = "#<Operations::SubTasks #{to_a.inspect}>"

    private

    def stored = @parent.id ? wanted(Operations.storage.sub_tasks_of(@parent)) : []

    def wanted(tasks) = @statuses ? tasks.select { |task| @statuses.include?(task._status_name) } : tasks.dup
  end
end
