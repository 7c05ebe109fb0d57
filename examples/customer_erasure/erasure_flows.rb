# frozen_string_literal: true

require "active_data_flow/active_record"

# One table of those in which a customer has left something.
class ErasureFlow < ActiveDataFlow::Base
  self.abstract_class = true
  has_model :customer, "Customer"
  validates :customer, presence: true
end

class VisitErasureFlow < ErasureFlow
  source { customer.visits }
  sink :visits, mode: :delete
end

class SubscriptionErasureFlow < ErasureFlow
  source { customer.subscriptions }
  sink :subscriptions, mode: :delete
end

# What has to be kept, without a person in it: a flow that reads and writes one table changes what its steps assign.
class LetterErasureFlow < ErasureFlow
  source { customer.letters }
  set subject: nil, text: nil
  sink :letters
end

class OrderErasureFlow < ErasureFlow
  source { customer.orders }
  set address: nil
  sink :orders
end

class CustomerErasureFlow < ErasureFlow
  source { Customer.where(id: customer.id) }
  set name: "erased", email: nil
  sink :customers
end
