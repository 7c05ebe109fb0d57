# frozen_string_literal: true

# What a cron job would start: opens the file and runs the flow to its end. If somebody was killed at it, that means
# from where they got to.
#
#   ruby -I lib examples/gem_inventory/work.rb inventory.sqlite3 [folder as in Gem.path, ...]
require "socket"
require_relative "database"
require_relative "inventory_flow"
require_relative "progress_bar"

file, *homes = ARGV
abort "Usage: work.rb FILE [FOLDER...]" unless file
homes = Gem.path if homes.empty?

GemInventory::Database.open(file)
bar = GemInventory::ProgressBar.new($stdout, GemInventory::InstalledFiles.new(homes:).size)
lead = UNIXSocket.for_fd($stdin.fileno) if ENV.key?("INVENTORY_LED") # victim.rb says how far a process goes that is to be killed
GemInventoryFlow.run_now(homes:) do |run|
  bar.show(run)
  lead&.puts(run.counts[:read])
  lead&.gets
end
