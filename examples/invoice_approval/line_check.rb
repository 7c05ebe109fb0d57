# frozen_string_literal: true

require "active_support"
require "active_support/core_ext/numeric/time"
require "operations"

# One line of an invoice: what it asks money for has to be there.
class LineCheck < Operations::Task
  has_model :line, "InvoiceLine"
  validates :line, presence: true
  delay 1.hour # from one look to the next
  timeout 10.days
  on_timeout { go_to :missing }

  starts_with :delivered?

  wait_until :delivered? do
    condition { line.delivered }
    go_to :delivered
  end

  result :delivered
  result :missing
end
