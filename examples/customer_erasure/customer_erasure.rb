# frozen_string_literal: true

require_relative "erasure_flows"

# Erases a customer, one table after the other. The customer's own row comes last: until then it is known who is to be erased.
class CustomerErasure < Operations::Task
  FLOWS = [VisitErasureFlow, SubscriptionErasureFlow, LetterErasureFlow, OrderErasureFlow, CustomerErasureFlow].freeze

  has_model :customer, "Customer"
  validates :customer, presence: true
  unique_by :customer

  starts_with :erase_next

  action(:erase_next) { start(FLOWS[erased], customer:) }.then(:ended?)

  wait_until :ended? do # the end of a run makes the task look
    condition(label: "all have") { erased == FLOWS.size }
    go_to :erased
    condition(label: "it has") { flow_runs.to_a.last.success? }
    go_to :erase_next
    condition(label: "it has failed") { flow_runs.to_a.last.finished? }
    go_to :later
  end

  wait_until :later do
    after 3600 # seconds
    go_to :erase_next
  end

  result :erased

  private

  def erased = flow_runs.count(&:success?)
end
