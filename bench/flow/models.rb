# frozen_string_literal: true

# The models of an application that the peers and ours are written against.
class SourceRecord < ActiveRecord::Base
  self.abstract_class = true
end

class Order < SourceRecord
  self.table_name = "orders"
end

class OrderCopy < ActiveRecord::Base
  self.table_name = "order_copies"
end
