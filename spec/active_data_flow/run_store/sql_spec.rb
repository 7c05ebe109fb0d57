# frozen_string_literal: true

# The contract of a run store on real databases, with real processes. It runs in processes of its own: this one is to hold
# without ActiveSupport.
RSpec.describe "Runs in a database" do
  support = File.expand_path("support", __dir__)

  # @return [ContractRun] one for all examples of a database
  define_method(:contract) do |kind, file|
    ContractRun.new(File.join(support, "#{file}.rb"), env: {"ADF_SPEC_DATABASE" => kind})
  end

  shared_examples "a database of runs" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = contract(kind, "run_store_contract")
      @mutants = contract(kind, "run_store_mutants")
    end

    it "keeps the contract of every run store" do
      expect(kept("store")).to include(/\[start\]/, /\[claim\]/, /\[deaths\]/, /\[commit\]/, /\[guards\]/, /\[lease\]/, /\[outcome\]/,
        /\[people\]/, /\[throttled\]/, /\[failing\]/, /\[parts\]/, /\[rejects\]/, /\[Run\]/)
    end

    it "makes its tables from nothing, and completes them" do
      kept("tables")
    end

    it "writes the sink's rows, the rejects, the cursor and the counters in one commit, or none of them", req: "A-33" do
      kept("one commit")
    end

    it "lets one of several at once have a run, start one, or commit" do
      kept("race")
    end

    it "goes with the application's transaction where it is inside one" do
      kept("outer transaction")
    end

    it "keeps a lease as long as its worker holds it" do
      kept("renewer")
    end

    it "has each row once, wherever a worker is killed", req: "A-33" do
      expect(kept("killed")).to include(/before the claim/, /after the claim/, /after BEGIN/, /after the fence/, /between the rows/,
        /before COMMIT/, /after COMMIT/)
    end

    it "lets a worker that stood still past its lease write nothing more" do
      kept("stopped")
    end

    it "needs each part of a commit's guard" do
      %w[fence token commits status].each do |guard|
        broken = @mutants.broken("[without #{guard}]").map(&:first)
        expect(broken).to match([/refuse a stale #{guard}|refuse a run that is not in progress/]), @mutants.said
        expect(broken.first).to include((guard == "status") ? "not in progress" : guard)
      end
    end
  end

  shared_examples "a server of runs" do
    it "needs the guard in the UPDATE itself: to look first lets two through" do
      expect(@mutants.broken("[by a look]").map(&:first)).to match([/of which the second looks while the first is open/]), @mutants.said
    end
  end

  context "on SQLite" do
    include_examples "a database of runs", "sqlite"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a database of runs", "postgresql"

    include_examples "a server of runs"

    it "finds out what became of a commit whose session was ended" do
      kept("ended")
    end
  end

  context "on MariaDB", :mysql do
    include_examples "a database of runs", "mysql"
    include_examples "a server of runs"
  end

  it "is nowhere in the process that runs the other specs" do
    expect([defined?(ActiveRecord), defined?(ActiveSupport)]).to eq([nil] * 2)
  end
end
