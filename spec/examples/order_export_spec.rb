# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/order_export", :recipe do
  recipe("order_export", files: %w[order_export_flow.rb]) do
    it "looks up customer and postage, and adds up the total" do
      expect(recipe.rows("SELECT number, customer, total FROM order_exports ORDER BY number")).to eq(
        [["A-1", "Ada", 1680], ["A-2", "Bob", 2670], ["A-4", "Cid", 2746], ["A-5", "Ada", 549]]
      )
    end

    it "has put aside the order to a country without a postage, and taken it when there was one" do
      expect(recipe.rows("SELECT rows_read, rows_rejected, rows_new FROM active_data_flow_data_flow_runs ORDER BY id")).to eq([[4, 1, 3], [4, 0, 1]])
    end

    it "leaves alone what has not changed" do
      expect(recipe.rows("SELECT number FROM order_exports WHERE updated_at > created_at")).to eq(["A-2"])
    end
  end
end
