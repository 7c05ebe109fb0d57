# frozen_string_literal: true

# What every line of Rails is tried with; the file of the line names Rails, and what the line wants otherwise.
source Gem.sources.first.uri.to_s

gemspec path: ".."

gem "rake"
gem "rspec"

gem "async"
gem "async-container"
gem "pg"
gem "fugit"
gem "propshaft"
gem "solid_queue"
gem "sidekiq"
gem "good_job"

eval_gemfile "mysql.rb"
