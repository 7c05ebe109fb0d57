# frozen_string_literal: true

require_relative "crash_points"

# What the flows of these specs share: a row that a step cannot take (37), one that the sink refuses (32), every tenth left
# out, and a block that the armed crash hears of.
class CrashedFlow < ActiveDataFlow::Base
  self.abstract_class = true

  source :orders
  batch_size 10
  on_error :quarantine, budget: 5
  transform(as: :hash) do |row|
    CrashPoints.row(row[:id])
    raise ArgumentError, "37 is no order" if row[:id] == 37
    next if row[:tax].zero?

    {order_id: row[:id], total: row[:net] + row[:tax], name: row[:name]}
  end
  after_complete { |run| CrashPoints.called(run) }
end

# Appends: what is written twice is there twice.
class OrderExportFlow < CrashedFlow
  sink :order_exports, mode: :insert
end

# The same flow, by a program that is set another way.
class SmallerExportFlow < OrderExportFlow
  self.flow_name = OrderExportFlow.flow_name
  batch_size 7
end

# Stops at the first bad row, and has none but the one that kills.
class HaltingFlow < ActiveDataFlow::Base
  source :orders
  batch_size 10
  transform(as: :hash) do |row|
    CrashPoints.row(row[:id])
    {order_id: row[:id], total: row[:net], name: row[:name]}
  end
  sink :order_exports, mode: :insert
end

# Many rows, in batches of a usual size.
class BulkExportFlow < OrderExportFlow
  batch_size 500
end

# By key.
class OrderCopyFlow < CrashedFlow
  sink :order_copies, key: :order_id
end

# By key, and all of it in the database.
class OrderPushFlow < ActiveDataFlow::Base
  source :orders
  batch_size 10
  on_error :quarantine, budget: 5
  filter { |row| row[:tax] > 0 }
  derive(:total) { |row| row[:net] + row[:tax] }
  rename id: :order_id
  keep :order_id, :total, :name
  sink :order_copies, key: :order_id
  after_complete { |run| CrashPoints.called(run) }
end
