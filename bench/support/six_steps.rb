# frozen_string_literal: true

module Bench
  # The task of T1 and T2: six transitions (five actions and a decision) and a result. Its handlers do next to nothing, so that
  # what is measured is the engine. The gem's ancestor has the same words for all of it.
  module SixSteps
    TRANSITIONS = 6

    module_function

    # @param side [#task] which engine's task it is
    # @return [Class]
    def define(side)
      side.task(:BenchOrder) do
        has_attribute :customer, :string
        has_attribute :total, :integer, default: 0
        has_attribute :invoice, :string
        validates :customer, presence: true
        starts_with :receive

        action(:receive) { customer }
        go_to :price
        action(:price) { self.total = 42 }
        go_to :large?
        decision :large? do
          condition { total > 40 }
          if_true :reserve
          if_false :ship
        end
        action(:reserve) { customer }
        go_to :bill
        action(:bill) { self.invoice = "2026-0001" }
        go_to :ship
        action(:ship) { invoice }
        go_to :done
        result :done
      end
    end
  end
end
