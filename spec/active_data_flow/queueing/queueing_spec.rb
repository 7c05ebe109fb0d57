# frozen_string_literal: true

# Runs that are carried over by jobs, on real databases and by real processes that are killed: which run is enqueued when, what
# the sweep finds, and how many of a group are at work. A table is the queue. It runs in processes of its own: this one is to
# hold without ActiveSupport.
RSpec.describe "Runs that wait for a queue" do
  shared_examples "a database with a queue" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.join(__dir__, "support/queueing_contract.rb"), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "are made with the transaction of who asks for them, or not at all" do
      kept("enqueue")
    end

    it "are enqueued by one, once, and again as long as no worker takes them", req: "A-28" do
      kept("dispatch")
    end

    it "are neither lost nor carried over twice where who enqueues them is killed", req: "A-33" do
      expect(kept("killed")).to include(/before the enqueue/, /before its return/)
    end

    it "are found by the sweep, whoever has left them" do
      kept("sweep")
    end

    it "are at work as many at a time as their group allows, and one of each flow and arguments", req: %w[A-22 A-23 A-24] do
      kept("group")
    end

    it "are chained, each once", req: %w[A-25 A-27] do
      expect(kept("chain")).to include(/killed between the chained run's commit and the note/)
    end

    it "are neither lost, nor doubled, nor told of twice as parts of one, wherever a process is killed", req: "A-33" do
      expect(kept("parts")).to include(/and no part, before the commit/, /after two of them were won/, /killed before the whole is ended/,
        /killed after the whole is ended/, /all end at once/, /that nobody else has/, /that none of them goes on/)
    end

    it "are started by tasks, with their transition, and make these due at their end" do
      expect(kept("task")).to include(/killed between the last commit and that/, /wherever its process was killed/)
    end
  end

  context "on SQLite" do
    include_examples "a database with a queue", "sqlite"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "a database with a queue", "postgresql"
  end

  context "on MariaDB", :mysql do
    include_examples "a database with a queue", "mysql"
  end
end
