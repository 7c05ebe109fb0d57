# frozen_string_literal: true

# Whole flows on real databases, by real processes that are killed, stopped past their lease, or cut off their database. It
# runs in processes of its own: this one is to hold without ActiveSupport. The long version is `rake crash:flows`.
RSpec.describe "Flows whose processes meet their end", :crash do
  shared_examples "a database that loses nothing" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.join(__dir__, "support/crash_contract.rb"), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "has each row once, wherever a process is killed", req: "A-33" do
      windows = (kind == "mysql") ? [] : [/in the window's INSERT .. SELECT/, /before the window's COMMIT/]
      expect(kept("kill")).to include(/before the claim/, /after the claim/, /after a read/, /in the transform/, /after BEGIN/,
        /after the fence/, /between the rows/, /inside a savepoint/, /before COMMIT/, /after COMMIT/, /in the callbacks/,
        /before a renewal/, /before a release/, *windows)
    end

    it "has each row once, wherever a process stands still past its lease, and nobody is told of an error", req: "A-33" do
      kept("stop")
    end

    it "has rows that add up when nothing happens" do
      kept("undisturbed")
    end

    it "needs each guard of a commit" do
      kept("guards")
    end

    it "puts aside the one row that kills processes" do
      kept("poison")
    end

    it "loses and doubles nothing by kills at random", req: "A-33" do
      kept("random")
    end

    it "has each row that is replayed once, wherever its process is killed", req: %w[A-33 E-27] do
      kept("replayed")
    end

    it "calls the callbacks that a killed process did not come to" do
      kept("callbacks")
    end

    it "ends a program by the signal that tells it to, with the cursor kept" do
      kept("told")
    end
  end

  context "on SQLite" do
    include_examples "a database that loses nothing", "sqlite"
  end

  context "on MariaDB", :mysql do
    include_examples "a database that loses nothing", "mysql"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a database that loses nothing", "postgresql"

    it "mends what ended sessions break: neither an error nor a death", req: "A-33" do
      expect(kept("end")).to include(/inside COPY/, /in COMMIT/, /after COMMIT, its answer lost/,
        /in the window's INSERT .. SELECT/, /after the window's INSERT .. SELECT, its answer lost/, /after the window's COMMIT, its answer lost/,
        /after COPY, before the merge/, /in the merge/, /after the merge, its answer lost/, /after the merge's COMMIT, its answer lost/)
    end
  end
end
