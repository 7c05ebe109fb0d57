# frozen_string_literal: true

# Three nights of a mirror in another database. See guides/recipes.md.
require_relative "../support/room"
require_relative "tables"
require_relative "order_mirror_flow"

Room.open(&ReportingMirror::SHOP)
ReportingMirror.open_reporting(Room.url("REPORTING_DATABASE"))
(1..20_000).each_slice(5_000) { |ids| Order.insert_all!(ids.map { |id| {id:, number: "A-#{id}", state: "open", total: id, address: "somewhere"} }) }

puts OrderMirrorFlow.plan, ""
puts "The first night:  #{Room.outcome(OrderMirrorFlow.run_now)}"

Order.where(id: 1..300).update_all(state: "paid")
Order.where(id: 501..650).delete_all
puts "The second night: #{Room.outcome(OrderMirrorFlow.run_now)}"

puts "By mistake half of the shop's orders are away. The third night:"
Order.where(id: 10_001..).delete_all
begin
  OrderMirrorFlow.run_now
rescue ActiveDataFlow::TooManyDeletes => error
  puts "  #{error.message}", "  #{ReportingRecord.with_connection { |database| database.select_value("SELECT COUNT(*) FROM orders") }} orders are reported, as before."
end
