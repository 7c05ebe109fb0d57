# frozen_string_literal: true

# The flows that are measured, as an application would have them.

class OrderCopyFlow < ActiveDataFlow::Base
  source Order
  rename customer: :buyer
  set state: "exported"
  sink OrderCopy, mode: :insert
end

# In small batches.
class SmallOrderCopyFlow < OrderCopyFlow
  batch_size 1_000
end

# In large ones.
class LargeOrderCopyFlow < OrderCopyFlow
  batch_size 10_000
end

class OrderExportFlow < ActiveDataFlow::Base
  source Order
  filter state: %w[paid shipped pending returned]
  rename customer: :buyer
  default note: ""
  set gift: false
  derive(:email) { |row| row[:email].downcase }
  derive(:total) { |row| row[:total] + row[:quantity] }
  sink OrderCopy, mode: :insert
end

class OrderSyncFlow < ActiveDataFlow::Base
  source Order
  rename customer: :buyer
  read :all
  sink OrderCopy, key: :id
end

class OrderMirrorFlow < OrderSyncFlow
  sink OrderCopy, mode: :mirror
end

class OrderLabelFlow < ActiveDataFlow::Base
  source Order
  transform { |row| row[:note] = "#{row[:customer]} <#{row[:email]}>" }
  rename customer: :buyer
  sink OrderCopy, mode: :insert
end

# Finds nothing to strip. SQLite's own trim is another one, so this can't be done in its SQL.
class OrderStripFlow < OrderCopyFlow
  derive(:email) { |row| row[:email].strip }
end

class OrderMarkFlow < ActiveDataFlow::Base
  source Order
  transform { |row| row[:state] = "exported" }
  rename customer: :buyer
  sink OrderCopy, mode: :insert
end
