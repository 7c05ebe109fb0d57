# frozen_string_literal: true

require_relative "support/recipe"

RSpec.describe "examples/contact_import", :recipe, req: "E-27" do
  recipe("contact_import", files: %w[contact_import_flow.rb]) do
    it "takes the good rows with the account of their upload, whatever the file's encoding" do
      expect(recipe.rows("SELECT account_id, email, name, city FROM contacts WHERE email < 'c' ORDER BY email")).to eq(
        [[7, "ada@example.org", "Lovelace; Ada", "London"], [7, "bob@example.org", "Bob", "K\u00f6ln"]]
      )
    end

    it "has what was mended in the table once, and each reject as it was left" do
      expect(recipe.rows("SELECT email FROM contacts ORDER BY email")).to eq(%w[ada bob cid dan eve].map { |name| "#{name}@example.org" })
      expect(recipe.rows("SELECT line, status FROM active_data_flow_rejects ORDER BY line")).to eq(
        [[4, "replayed"], [5, "replayed"], [6, "replayed"], [7, "discarded"]]
      )
    end

    it "tells the upload what became of it" do
      expect(recipe.rows("SELECT state FROM uploads")).to eq(["to be mended"])
    end
  end
end
