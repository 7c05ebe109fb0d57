# frozen_string_literal: true

# Run inside of an application (see crashed_application.rb): kills as its argument says, tells how far it is, and answers.
require "json"
require File.expand_path("config/environment")
require_relative "job_kills"

plan = JSON.parse(ARGV.fetch(0), symbolize_names: true)
$stdout.sync = true
puts JSON.generate(JobKills.new(**plan).call { |text| warn text }.to_h)
