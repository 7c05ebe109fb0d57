# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/reporting_mirror", :recipe do
  recipe("reporting_mirror", files: %w[order_mirror_flow.rb], databases: %w[EXAMPLE_DATABASE REPORTING_DATABASE]) do
    # The reporters' schema is the first in the path of their own connection only.
    def reported(sql) = recipe.rows(sql.sub("orders", recipe.on_server? ? "reporting.orders" : "orders"), of: "REPORTING_DATABASE")

    it "has the orders of the second night, less what was deleted, and nothing of the third" do
      expect(reported("SELECT COUNT(*), MIN(id), MAX(id) FROM orders")).to eq([[19_850, 1, 20_000]])
      expect(reported("SELECT COUNT(*) FROM orders WHERE id BETWEEN 501 AND 650")).to eq([0])
      expect(reported("SELECT COUNT(*) FROM orders WHERE state = 'paid'")).to eq([300])
    end

    it "keeps its runs with the shop" do
      expect(recipe.rows("SELECT status, rows_deleted FROM active_data_flow_data_flow_runs ORDER BY id")).to eq([["success", 0], ["success", 150], ["failed", 0]])
    end
  end
end
