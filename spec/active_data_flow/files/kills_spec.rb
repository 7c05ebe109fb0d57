# frozen_string_literal: true

# Files that are written by real processes, which are killed, or stand still past their lease.
RSpec.describe "A file whose writer meets its end", :crash do
  shared_examples "a file without a torn or doubled line" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.expand_path("support/killed_writers.rb", __dir__), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "has each line once and whole, wherever the process is killed, and no name before that" do
      expect(kept("killed").size).to be >= 12
    end

    it "loses and doubles nothing by kills at random" do
      kept("random")
    end

    it "is as complete as the table that the same flow writes, after kills anywhere" do
      kept("several")
    end

    it "has one writer at a time" do
      kept("one writer")
    end
  end

  context "on SQLite" do
    include_examples "a file without a torn or doubled line", "sqlite"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a file without a torn or doubled line", "postgresql"
  end
end
