# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/name_backfill", :recipe do
  recipe("name_backfill", files: %w[full_name_flow.rb]) do
    it "loses no change of the other process, and leaves no name out" do
      expect(recipe.rows("SELECT COUNT(*) FROM people WHERE full_name = first_name || ' ' || last_name")).to eq([2000])
      expect(recipe.rows("SELECT id FROM people WHERE full_name = 'Person Married' ORDER BY id")).to eq([*(1..1000).step(20), *(10..2000).step(20)].sort)
    end

    it "is one run, which does not write what the other process has written" do
      expect(recipe.rows("SELECT status, rows_read FROM active_data_flow_data_flow_runs")).to eq([["success", 2000]])
      expect(recipe.rows("SELECT rows_read = rows_updated + rows_filtered FROM active_data_flow_data_flow_runs").first).to eq(1).or be(true)
      expect(recipe.rows("SELECT rows_filtered FROM active_data_flow_data_flow_runs").first).to be >= 30
    end
  end
end
