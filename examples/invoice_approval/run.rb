# frozen_string_literal: true

# Two invoices on their way, from Monday to Friday in a second or two. See guides/recipes.md.
require_relative "../support/room"
require "active_support/testing/time_helpers"
require "operations/storage/active_record"
require_relative "tables"
require_relative "invoice_approval"

CLOCK = Object.new.extend(ActiveSupport::Testing::TimeHelpers)

Room.open(&InvoiceApprovals::TABLES)
Operations.configure { |config| config.storage = Operations::Storage::ActiveRecord.new }
ada, bob, cid = %w[Ada Bob Cid].map { |name| Person.create!(name:) }
chairs, lamps = %w[R-1 R-2].map { |number| Invoice.create!(number:) }
[[chairs, "chair"], [chairs, "table"], [lamps, "lamp"]].each { |invoice, article| InvoiceLine.create!(invoice_id: invoice.id, article:) }

# A program would say `Operations::Runner.new.start`, or have its jobs do so; here the hours of a day are made to pass.
def day(name)
  puts "#{name}:"
  yield if block_given?
  morning = Time.now
  24.times do
    CLOCK.travel 1.hour
    nil until Operations::Runner.new.tick[:woken].zero?
  end
  Letter.where(written_at: morning...Time.now).order(:text, :id).each { |letter| puts "  #{letter.written_at.strftime("%H:%M")} to #{letter.person.name}: #{letter.text}" }
end

CLOCK.travel_to Time.utc(2026, 11, 23, 8)
approvals = [chairs, lamps].map { |invoice| InvoiceApproval.call(invoice:, approvers: [ada, bob], boss: cid) }

day("Monday") { InvoiceLine.where(article: %w[chair lamp]).update_all(delivered: true) }
day("Tuesday, the table comes") { InvoiceLine.update_all(delivered: true) }
day("Wednesday, Ada approves both") { approvals.each { |approval| approval.reload.approve!(ada) } }
day("Thursday, the lamps are sent back") { approvals.last.reload.cancel!("broken") }
day("Friday")
day("Saturday") { approvals.first.reload.approve!(cid) }

puts ""
approvals.each { |approval| puts "#{approval.invoice.number} is #{approval.reload.current_state}, and #{"not " unless approval.invoice.paid}paid." }
puts "", "The way of #{chairs.number}:"
approvals.first.history.each { |entry| puts "  #{entry.at.strftime("%a %H:%M")}  #{entry.state.ljust(12)}#{"left by #{entry.by}" if entry.by}".rstrip }
