# frozen_string_literal: true

namespace :crash do
  desc "Kill flows at random, 50 times on SQLite and 50 times on PostgreSQL (ON=sqlite,postgresql,mysql, KILLS, ROWS, SEED), and compare the rows"
  task :flows do
    ENV.fetch("ON", "sqlite,postgresql").split(",").each do |kind|
      sh({"ADF_SPEC_DATABASE" => kind}, RbConfig.ruby, "-I", "lib", "-I", "spec", "rakelib/support/crash_flows.rb", verbose: false)
    end
  end
end
