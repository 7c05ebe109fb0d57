# frozen_string_literal: true

require_relative "handler_log"
require_relative "task_dooms"

# Without a unique key: a handler that is run twice leaves two rows.
class Effect < ActiveRecord::Base
  # @param connection of ActiveRecord
  def self.make_table
    connection.create_table(:effects) { |table| table.bigint(:task_id) && table.string(:handler) && table.integer(:pid) }
  end
end

# Two handlers, each with one effect, and a sub-task or none.
class Errand < Operations::Task
  HANDLERS = %w[fetch bring].freeze
  # The parent looks by itself after this many seconds.
  PATIENCE = Integer(ENV.fetch("PATIENCE", 30))
  # Seconds that a handler takes on either side of its effect.
  WORK = Float(ENV.fetch("WORK", 0))

  has_attribute :helpers, :integer, default: 0
  starts_with :fetch
  delay PATIENCE
  action(:fetch) { note("fetch") }.then(:bring)
  action(:bring) do
    helpers.times { start Errand }
    note("bring")
  end.then(:alone?)
  decision :alone? do
    condition { helpers.zero? }
    go_to :done
    condition { helpers.positive? }
    go_to :back?
  end
  wait_until(:back?) { condition { unfinished_sub_tasks.none? } and go_to(:done) }
  result :done

  private

  def note(handler)
    HandlerLog.entered(id, handler)
    TaskDooms.strike("before its effect", id, handler)
    sleep WORK
    Effect.create!(task_id: id, handler:, pid: Process.pid)
    sleep WORK
    TaskDooms.strike("after its effect", id, handler)
  end
end

# Says when a handler's transition is stored, and comes to the moments that are not in a handler.
class WatchedStorage < Operations::Storage::ActiveRecord
  def save(task) = watched(task) { super }

  def save_with(task, children) = watched(task) { super }

  def claim_copy(task, now_us)
    super.tap { |claimed| TaskDooms.strike("after its claim", task.id, task.current_state) if claimed }
  end

  private

  def watched(task)
    handler = HandlerLog.handler(task.id) or return yield

    TaskDooms.strike("before its transition", task.id, handler)
    yield.tap do
      HandlerLog.stored(task.id)
      TaskDooms.strike("after its transition", task.id, handler)
    end
  end
end
