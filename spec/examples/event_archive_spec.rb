# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/event_archive", :recipe do
  recipe("event_archive", files: %w[event_archive_flow.rb]) do
    it "has each event of the month in the table once, but for the one that it does not take" do
      expect(recipe.rows("SELECT COUNT(*), MIN(id), MAX(id), SUM(amount) FROM archived_events")).to eq([[449, 1, 450, (1..450).sum - 123]])
      expect(recipe.rows("SELECT COUNT(*) FROM archived_events WHERE id = 123")).to eq([0])
    end

    it "is one run, which has failed and gone on" do
      expect(recipe.rows("SELECT status, rows_read, rows_new, rows_rejected FROM active_data_flow_data_flow_runs")).to eq([["success", 450, 449, 1]])
    end
  end
end
