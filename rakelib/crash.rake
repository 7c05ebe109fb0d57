# frozen_string_literal: true

namespace :crash do
  desc "Kill flows at random, 50 times on SQLite and 50 times on PostgreSQL (ON=sqlite,postgresql,mysql, KILLS, ROWS, SEED), and compare the rows"
  task :flows do
    ENV.fetch("ON", "sqlite,postgresql").split(",").each do |kind|
      sh({"ADF_SPEC_DATABASE" => kind}, RbConfig.ruby, "-I", "lib", "-I", "spec", "rakelib/support/crash_flows.rb", verbose: false)
    end
  end

  desc "Kill SolidQueue's workers at random, 50 of them and the supervisor twice, on SQLite and on PostgreSQL (ON, KILLS, SUPERVISORS, ROWS, SEED, LEASE, SWEEP), and compare the rows"
  task :jobs do
    ENV.fetch("ON", "sqlite,postgresql").split(",").each do |kind|
      ruby "-I", "lib", "-I", "spec", "rakelib/support/crash_jobs.rb", kind, verbose: false
    end
  end

  desc "Kill workers of tasks at random, 50 times each on SQLite and PostgreSQL, runners and SolidQueue's (ON, WORKERS=runners,queues, TASKS, KILLS, SEED), and count effects"
  task(:tasks) { sh(RbConfig.ruby, "rakelib/support/crash_tasks.rb", verbose: false) }
end
