# frozen_string_literal: true

# Imports the tickets of a help desk, which is a server in a thread of this program. See guides/recipes.md.
require_relative "../support/room"
require_relative "desk"
require_relative "tables"
require_relative "ticket_import_flow"

Room.open(&TicketImport::TABLES)
desk = Desk.new({2 => :busy, 3 => :hangs_up, 4 => :hangs_up, 5 => :expired, 7 => :forgets}, $stdout)

puts "The desk is busy, which is waited for; then it hangs up:"
begin
  TicketImportFlow.run_now(desk: desk.url)
rescue EOFError, SystemCallError
  puts Room.outcome(TicketImportFlow.runs.first)
end

puts "", "The next call goes on, with a new token. The desk forgets a cursor, so that it starts over:"
puts Room.outcome(TicketImportFlow.run_now(desk: desk.url))
puts Room.table("SELECT number, title, state FROM tickets ORDER BY number")

puts "", "A ticket is closed, and all are imported again:"
desk.tickets[4].update(state: "closed", changed: "2026-11-30T12:00:00Z")
puts Room.outcome(TicketImportFlow.run_now(desk: desk.url))
