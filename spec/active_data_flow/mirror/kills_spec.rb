# frozen_string_literal: true

# Mirrors at work in real processes, which are killed.
RSpec.describe "A mirror whose worker meets its end", :crash do
  shared_examples "a mirror that deletes what it would have deleted" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.expand_path("support/killed_mirrors.rb", __dir__), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "ends as one that nothing happened to, wherever the process is killed" do
      expect(kept("killed").size).to be >= 6
    end

    it "ends so after 20 kills at random" do
      kept("random")
    end
  end

  context "on SQLite" do
    include_examples "a mirror that deletes what it would have deleted", "sqlite"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a mirror that deletes what it would have deleted", "postgresql"
  end
end
