# frozen_string_literal: true

# Exports the paid orders of a small shop twice. See README.md beside this file.
require_relative "../support/room"
require_relative "order_export_flow"
require_relative "tables"

Room.open(&OrderExport::TABLES)
exports = "SELECT number, customer, country, net, total FROM order_exports ORDER BY number"

puts OrderExportFlow.plan, ""

run = OrderExportFlow.run_now
puts Room.outcome(run), Room.table(exports)
run.rejects.each { |reject| puts "  #{reject.row["number"]} is put aside: #{reject.reason}" }

puts "", "An order is corrected, and the missing postage is there:"
Room.write("UPDATE orders SET net = 1400, tax = 280 WHERE number = 'A-2'")
Room.write("INSERT INTO postages (country, price) VALUES ('CH', 1990)")
puts Room.outcome(OrderExportFlow.run_now), Room.table(exports)
