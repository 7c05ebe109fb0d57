# frozen_string_literal: true

# Archives a month of events, and is interrupted in the middle. See guides/recipes.md.
require_relative "../support/room"
require "json"
require_relative "tables"
require_relative "event_archive_flow"

Room.open(&EventArchive::TABLES)
Event.insert_all!((1..500).map { |id| {id:, month: (id > 450) ? "2026-11" : "2026-10", kind: "sale", amount: (id == 123) ? "some" : id.to_s} })
october = {month: "2026-10", vault: Room.folder}

# What the vault has, and whether that is what the table has.
def vault
  file = Dir[File.join(Room.folder, "*.jsonl*")].first
  ids = File.foreach(file).map { |line| JSON.parse(line)["id"] }
  "#{File.basename(file)} and the table have #{(ids == ArchivedEvent.order(:id).ids) ? "the same" : "different"} events"
end

begin
  EventArchiveFlow.run_now(**october) { |run| raise Errno::ENOSPC if run.counts[:read] >= 300 }
rescue Errno::ENOSPC => error
  puts "#{error.message}. The run is #{EventArchiveFlow.runs.first.status}; #{vault}."
end

puts "", "The next call goes on:"
run = EventArchiveFlow.run_now(**october)
puts "  #{Room.outcome(run)}"
run.sink_counts.each { |sink, counts| puts "  #{counts[:new]} into #{File.basename(sink)}" }
run.rejects.each { |reject| puts "  event #{reject.row["id"]} is in neither: #{reject.reason}" }
puts "  #{vault}"
