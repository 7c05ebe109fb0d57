# frozen_string_literal: true

# Rake tasks: `require "operations/rake"` in a Rakefile, below whatever loads your task classes.
require "rake"
require_relative "../operations"
require_relative "verification"

namespace :operations do
  desc "Check the flowchart of every loaded task class (LOAD=glob loads files first, STRICT=1 takes warnings for errors)"
  task :verify do
    Rake::Task[:environment].invoke if Rake::Task.task_defined?(:environment)
    files = Dir.glob(ENV["LOAD"].to_s).sort
    abort "LOAD=#{ENV["LOAD"]} finds no file; give a path or a pattern, e.g. LOAD='app/tasks/**/*.rb'" if ENV["LOAD"] && files.empty?
    files.each { |file| require File.expand_path(file) }
    exit 1 unless Operations::Verification.new(strict: ENV["STRICT"] == "1").report($stdout)
  end
end
