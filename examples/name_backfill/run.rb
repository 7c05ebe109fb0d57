# frozen_string_literal: true

# Fills a column of a table whose rows another process changes meanwhile. See guides/recipes.md.
require_relative "../support/room"
require "rbconfig"
require_relative "tables"
require_relative "full_name_flow"

Room.open(&NameBackfill::TABLES)
Person.insert_all!((1..2000).map { |id| {id:, first_name: "Person", last_name: "Number #{id}"} })

def marry(ids) = Job.insert_all!(ids.map { |person_id| {person_id:} })

marry((1..1000).step(20))
soon = (10..2000).step(20).to_a
worker = IO.popen([RbConfig.ruby, "-I", File.expand_path("../../lib", __dir__), File.expand_path("worker.rb", __dir__)], "r+")

puts "#{Job.count} weddings wait for a worker. The backfill lets it work, until there are #{Job::A_LOT}:"
left = paused = nil
after_commit = lambda do |run|
  left ||= Job.count
  near, soon = soon.partition { |id| id <= run.counts[:read] + 200 } # of people whom it is about to come to
  marry(near) if near.any?
  paused ||= run.pause! if run.counts[:read] >= 1000
end

run = FullNameFlow.run_now(&after_commit)
puts "  the first commit was made when #{(left <= Job::A_LOT) ? "no more than that" : left} were left", "  #{run.status} in the middle"
begin
  FullNameFlow.run_now
rescue ActiveDataFlow::Error => error
  puts "  whoever starts it now is told: #{error.message[/resume!.*/]}"
end
run.resume!
run = FullNameFlow.run_now(&after_commit)
puts "  resumed: #{run.status}, #{run.counts[:read]} read in all"

worker.close_write
puts "", "The worker has done #{worker.read.to_i} weddings meanwhile; #{Person.where(last_name: "Married").count} people have a new name."
puts "#{Person.count} people, #{Person.where("full_name = first_name || ' ' || last_name").count} of them with their full name."
