# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/customer_erasure", :recipe do
  recipe("customer_erasure", files: %w[erasure_flows.rb customer_erasure.rb], err: /\A[^\n]* letter_erasure run 3, which a task has started, failed: [^\n]*letters[^\n]*\n/) do
    it "leaves nothing of the customer in five tables, and all of the other one" do
      expect(recipe.rows("SELECT customer_id, COUNT(*) FROM visits GROUP BY customer_id")).to eq([[2, 250]])
      expect(recipe.rows("SELECT customer_id FROM subscriptions")).to eq([2])
      expect(recipe.rows("SELECT customer_id, subject, text FROM letters ORDER BY id")).to eq([[1, nil, nil], [2, "A question", "Bob asks"]])
      expect(recipe.rows("SELECT customer_id, address, total FROM orders ORDER BY id")).to eq([[1, nil, 1200], [1, nil, 300], [2, "Bob's street", 1200], [2, "Bob's street", 300]])
      expect(recipe.rows("SELECT name, email FROM customers ORDER BY id")).to eq([["erased", nil], ["Bob", "bob@example.org"]])
    end

    it "is one task, whose flows were at work one after the other, the one that failed twice" do
      expect(recipe.rows("SELECT current_state FROM operations_tasks")).to eq(["erased"])
      expect(recipe.rows("SELECT status FROM active_data_flow_data_flow_runs WHERE parent_task_id IS NOT NULL ORDER BY id")).to eq(%w[success success failed success success success])
      expect(recipe.rows("SELECT a.id FROM active_data_flow_data_flow_runs a, active_data_flow_data_flow_runs b WHERE b.id = a.id + 1 AND b.started_at < a.ended_at")).to eq([])
    end
  end
end
