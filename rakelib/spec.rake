# frozen_string_literal: true

desc "Run the specs (bin/test runs everything)"
task :spec do
  sh "rspec"
end

desc "Check the format of the Ruby files"
task :standard do
  sh "standardrb"
end

desc "Check the signatures in sig/"
task :signatures do
  sh "rbs", "-I", "sig", "validate"
end

desc "Check the format of the Rust files, lint them, test the core"
task :rust do
  sh "cargo", "fmt", "--all", "--check"
  sh "cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"
  sh "cargo", "test", "--package", "active_data_flow_core", "--locked"
end

desc "Run the specs that carry a row of the requirements, and print the rows"
task :requirements do
  sh "rspec", "--tag", "req", "--require", "./rakelib/support/requirement_table.rb", "--format", "RequirementTable", verbose: false
end
