# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/ticket_import", :recipe do
  recipe("ticket_import", files: %w[ticket_source.rb ticket_import_flow.rb], err: /\A[^\n]* starts over at the first row\n\z/) do
    it "has each ticket once, as the desk has it in the end" do
      expect(recipe.rows("SELECT number, state FROM tickets ORDER BY number")).to eq((1..8).map { |number| [number, (number.odd? && number != 5) ? "open" : "closed"] })
      expect(recipe.rows("SELECT COUNT(*) FROM tickets WHERE changed_at > '2026-11-29'")).to eq([1])
    end

    it "is one run where the desk hung up, and another one after that was a success" do
      expect(recipe.rows("SELECT status, rows_new, rows_updated FROM active_data_flow_data_flow_runs ORDER BY id")).to eq([["success", 8, 0], ["success", 0, 1]])
    end
  end
end
