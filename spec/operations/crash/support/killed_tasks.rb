# frozen_string_literal: true

require_relative "task_dooms"
require_relative "task_workers"

# Tasks that are due, four processes that run them, and kills; and what became of it all.
class KilledTasks
  # tasks:: with sub-tasks; unfinished:: tasks that have not come to their end, or failed
  # kills:: processes; within:: those that were in a handler whose transition was not stored yet
  # missing:: effects; doubled:: effects that are there once more than they should; unexplained:: those of them that no kill
  # in that handler of that task answers for; helpers_wrong:: parents that have other sub-tasks than they asked for
  Facts = Data.define(:tasks, :unfinished, :kills, :within, :missing, :doubled, :unexplained, :helpers_wrong)
  HANGING = Integer(ENV.fetch("HANGING", 3600)) # seconds, after which what has not ended never will
  private_constant :HANGING
  # Of ten tasks the one that starts a sub-task.
  WITH_HELPER = 5

  # @param workers [TaskWorkers]
  # @param count [Integer] of tasks, a multiple of ten
  def initialize(workers, count)
    @workers = workers
    @ids = make(count)
  end

  # @return [Array<Integer>] of those that are due
  attr_reader :ids

  # Kills a worker each time that so much more is done, a moment later.
  # @param kills [Integer]
  # @param random [Random]
  # @return [Facts]
  def killed_at_random(kills, random)
    moments = Array.new(kills) { random.rand(expected_effects * 9 / 10) }.sort
    during do
      moments.each do |moment|
        work_until { done >= moment && @workers.pids.any? }
        sleep(random.rand * 0.05)
        @workers.kill(@workers.pids.sample(random:))
      end
    end
  end

  # Whoever comes to one of the moments is killed, and others go on with what it had as soon as somebody has seen that.
  # @param dooms [Array] see {TaskDooms}
  # @return [Facts]
  def killed_at(dooms)
    TaskDooms.dooms = dooms
    during { work_until { end_leases && left.empty? } }
  end

  private

  def make(count)
    Effect.make_table
    ActiveRecord::Base.transaction do
      now = Time.now
      Array.new(count) { |number| Operations.storage.save(Errand.new(status: :waiting, wake_at: now, helpers: (number % 10 == WITH_HELPER) ? 1 : 0)).id }
    end
  end

  def during
    @workers.start
    yield
    work_until { left.empty? }
    facts
  ensure
    @workers.stop
  end

  def work_until
    hangs_at = Process.clock_gettime(Process::CLOCK_MONOTONIC) + HANGING
    until yield
      raise "#{left.size} tasks do not end" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > hangs_at

      @workers.look_after
      sleep 0.05
    end
  end

  def one(sql) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value(sql).to_i }

  def rows(sql) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows(sql) }

  def done = one("SELECT MAX(id) FROM effects")

  def expected_effects = (@ids.size + wanted_helpers.size) * Errand::HANDLERS.size

  def left = rows("SELECT id FROM operations_tasks WHERE task_status IN (0, 10)").flatten

  def end_leases
    host = ActiveDataFlow::RunStore.owner.split(":").first
    Operations.storage.end_leases(owners: TaskDooms.killed.map { |pid| "#{host}:#{pid}" }, ids: left)
  end

  def facts
    left_open = (@workers.killed + TaskDooms.killed).map { |pid| HandlerLog.left_open(pid) }
    doubles = effects.transform_values(&:pred)
    repeats = left_open.flatten(1).tally
    Facts.new(tasks: one("SELECT COUNT(*) FROM operations_tasks"), unfinished: one("SELECT COUNT(*) FROM operations_tasks WHERE task_status <> 100"), kills: left_open.size,
      within: left_open.count(&:any?), missing: missing.size, doubled: doubles.values.sum, unexplained: doubles.sum { |effect, more| [more - repeats.fetch(effect, 0), 0].max },
      helpers_wrong: (helpers.to_a | wanted_helpers.to_a).size - (helpers.to_a & wanted_helpers.to_a).size)
  end

  # @return [Hash{Array(Integer, String) => Integer}] by task and handler
  def effects = @effects ||= rows("SELECT task_id, handler, COUNT(*) FROM effects GROUP BY task_id, handler").to_h { |id, handler, count| [[id, handler], count] }

  def missing = rows("SELECT id FROM operations_tasks").flatten.product(Errand::HANDLERS) - effects.keys

  # @return [Hash{Integer => Integer}] by parent
  def helpers = rows("SELECT parent_id, COUNT(*) FROM operations_tasks WHERE parent_id IS NOT NULL GROUP BY parent_id").to_h

  def wanted_helpers = @ids.each_slice(10).to_h { |ids| [ids.fetch(WITH_HELPER), 1] }
end
