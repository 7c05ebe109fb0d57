# frozen_string_literal: true

# Flows whose source and sink are in two databases, by real processes that are killed, stopped past their lease, or cut off
# the sink's database. In processes of its own: this one is to hold without ActiveSupport.
RSpec.describe "Flows between two databases whose processes meet their end", :crash do
  shared_examples "two databases that lose nothing" do |runs, sink|
    before(:context) do
      next unless Servers.ready?(:postgresql)

      @run = ContractRun.new(File.join(__dir__, "support/far_contract.rb"), env: {"ADF_SPEC_DATABASE" => runs, "ADF_SPEC_SINK" => sink})
    end

    it "has rows that add up when nothing happens" do
      kept("undisturbed")
    end

    it "has each row and each reject once, wherever a process is killed", req: "A-33" do
      expect(kept("kill")).to include(/between the claim and the mark/, /after the mark is taken/, /after the fence of the mark/, /before the sink's COMMIT/,
        /after the sink's COMMIT/, /before the run's row follows with rejects/, /before the run's row follows the last time/)
    end

    it "has each row once, wherever a process stands still past its lease, and nobody is told of an error", req: "A-33" do
      kept("stop")
    end

    it "has each row that is replayed once, wherever its process is killed", req: "E-27" do
      kept("replayed")
    end

    it "loses and doubles nothing by 20 kills at random", req: "A-33" do
      kept("random")
    end
  end

  context "from PostgreSQL into SQLite", :postgresql do
    include_examples "two databases that lose nothing", "postgresql", "sqlite"
  end

  context "from SQLite into PostgreSQL", :postgresql do
    include_examples "two databases that lose nothing", "sqlite", "postgresql"

    it "mends what ended sessions break: neither an error nor a death", req: "A-33" do
      kept("end")
    end
  end
end
