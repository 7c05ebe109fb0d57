# frozen_string_literal: true

# Run by killed_tasks_spec.rb and by `rake crash:tasks`, in a process of its own for each database (ADF_SPEC_DATABASE) and each
# kind of worker (WORKERS=runners,queues): kills them, and prints what became of the tasks. TASKS, KILLS and SEED say how many,
# and at which moments. Without KILLS: at moments that are named, once each.
require "json"
require "logger"
require "support/mysql"
require "support/postgresql"
require_relative "killed_tasks"

kind = ENV.fetch("ADF_SPEC_DATABASE", "sqlite")
workers = {"runners" => TaskWorkers::Runners, "queues" => TaskWorkers::Queues}.fetch(ENV.fetch("WORKERS", "runners"))
more = {timeout: 20_000, pool: 10, max_connections: 10}
server = {"postgresql" => Postgresql, "mysql" => Mysql}[kind]
config = server&.fresh("killed_tasks_#{Process.pid}", **more) || {adapter: "sqlite3", database: File.join(HandlerLog::FOLDER, "tasks.sqlite3"), **more}

workers.connect(config)
require_relative "errands"
Operations.storage = WatchedStorage.new
tasks = KilledTasks.new(workers.new, Integer(ENV.fetch("TASKS", 200)))

answer = if ENV.key?("KILLS")
  tasks.killed_at_random(Integer(ENV["KILLS"]), Random.new(Integer(ENV.fetch("SEED"))))
else
  with_helper = tasks.ids[KilledTasks::WITH_HELPER]
  moments = ["after its claim", "before its effect", "after its effect", "before its transition", "after its transition"]
  first, *others = moments.zip(tasks.ids.last(moments.size))
  tasks.killed_at([[*first, "fetch"], *others.map { |doom| [*doom, "bring"] }, ["before its transition", with_helper, "bring"]])
end
puts JSON.generate(answer.to_h)
