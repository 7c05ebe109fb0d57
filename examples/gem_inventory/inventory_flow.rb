# frozen_string_literal: true

require "active_data_flow"
require "pathname"
require_relative "installed_files"

# One row for each file of each installed gem. Read it from top to bottom: that is the way of a row.
class GemInventoryFlow < ActiveDataFlow::Base
  has_attribute :homes, :json # folders as in Gem.path; all of those when nothing is given

  source { GemInventory::InstalledFiles.new(homes: homes || Gem.path) }
  transform { |row| row[:xxh3] = ActiveDataFlow.checksum(Pathname(row[:path])) }
  sink :gem_files, key: :path

  batch_size 250 # rows, cursor and counters of a batch are one commit
  on_error :quarantine, budget: 0.01 # a file that cannot be read is put aside with the reason
end
