# frozen_string_literal: true

# Run by bin/rails runner in an application with SolidQueue: see solid_queue_spec.rb. Forty tasks, four worker processes, one
# of which is killed in the middle of a handler. Prints what has become of them.
require "json"

ActiveRecord::Schema.verbose = false
load File.join(Gem.loaded_specs.fetch("solid_queue").full_gem_path, "lib/generators/solid_queue/install/templates/db/queue_schema.rb")
# No unique key: a handler that is run twice leaves two rows.
ActiveRecord::Base.connection.create_table(:effects) { |t| t.string(:task_id) && t.integer(:pid) }

def until_true(seconds = 60)
  ends = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
  sleep 0.05 until yield || Process.clock_gettime(Process::CLOCK_MONOTONIC) > ends
end

def row_of(task) = ActiveRecord::Base.connection.select_one("SELECT * FROM operations_tasks WHERE id = #{ActiveRecord::Base.connection.quote(task.id)}")

ActiveRecord::Base.connection_handler.clear_all_connections!
supervisor = fork do
  $stdout.reopen(File::NULL)
  SolidQueue.use_skip_locked = true
  SolidQueue::Supervisor.start(workers: [{queues: "*", threads: 1, processes: 4, polling_interval: 0.05}], dispatchers: [{polling_interval: 0.1}], skip_recurring: true)
end

begin
  parent = Family.call
  deadly = Noted.later(deadly: true)
  until_true { parent.reload.completed? && row_of(deadly)["task_status"] == 0 && Effect.exists?(task_id: deadly.id) }
  swept = Operations.sweep # its lease has not ended
  Operations.storage.clock.advance(61)
  swept_later = Operations.sweep
  until_true { deadly.reload.completed? }
ensure
  Process.kill(:TERM, supervisor)
  Process.wait(supervisor)
end

effects = Effect.group(:task_id).count
puts JSON.generate(statuses: Operations::Task.all.map(&:task_status).tally, parent: parent.current_state, swept: swept[:dispatched], swept_later: swept_later[:dispatched],
  once: effects.count { |_id, count| count == 1 }, deadly: effects[deadly.id.to_s], workers: Effect.distinct.pluck(:pid).size)
