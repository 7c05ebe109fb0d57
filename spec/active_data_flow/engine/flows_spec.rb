# frozen_string_literal: true

# Flows between tables of real databases. The examples run in processes of their own: this one is to hold without
# ActiveSupport.
RSpec.describe "A flow between tables" do
  support = File.expand_path("support", __dir__)

  shared_examples "flows in a database" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.join(support, "examples.rb"), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "writes by its mode and its key, and counts exactly" do
      kept("modes")
    end

    it "goes on where it stopped, as far as it is the same flow with the same arguments", req: %w[A-14 E-24 E-25] do
      kept("running")
    end

    it "lets one worker at a time at a run, and waits for nobody whose thread was ended" do
      kept("turns")
    end

    it "meets what goes wrong on the first day with a sentence that says what to write", req: "E-26" do
      kept("mistakes")
    end

    it "says beforehand what it would do, and shows what rows would become" do
      kept("looking")
    end

    it "finds the rows that nobody can take, keeps them, and stops over its budget" do
      kept("rejects")
    end

    it "writes a row to all of its sinks or to none", req: "E-27" do
      kept("sinks")
    end

    it "reads files, from the byte on where it stopped", req: %w[E-03 E-06 E-27] do
      kept("files")
    end

    it "replays rows that were put aside, once each, through all steps", req: "E-27" do
      kept("replay")
    end

    it "says how far it has come without counting a row", req: "A-32" do
      kept("progress")
    end

    it "changes the table that it reads without losing anybody's change" do
      kept("same table")
    end

    it "asks little where there is nothing to do, and commits once a batch" do
      kept("statements")
    end

    it "remembers what tables are like until somebody alters them" do
      kept("altered")
    end

    it "takes the shortest path, and comes to the same on each" do
      kept("paths")
    end

    it "takes the columns of a query for what the database makes of them" do
      kept("queries")
    end

    it "needs the memory of a few batches, however many there are" do
      kept("memory")
    end

    it "finds the database that a table is in" do
      kept("databases")
    end

    it "writes down what it sends to a sink without transactions, and says what has changed since" do
      kept("announced")
    end

    it "writes into another database than the one that keeps the runs" do
      kept("marks")
    end

    it "reads and writes through the model what only the model can" do
      kept("columns")
    end

    it "lets the database's equality say which rows have one key" do
      kept("keys")
    end

    it "takes columns out of other tables, in one query a batch or joined to the rows where they are" do
      kept("lookups")
    end

    it "holds what its source holds and nothing else, in mode :mirror" do
      kept("mirror")
    end

    it "deletes what it reads, in mode :delete" do
      kept("delete")
    end

    it "is split into parts by ranges of its keys, which count together" do
      kept("parts")
    end

    it "writes through the model where it is told to" do
      kept("model")
    end
  end

  shared_examples "values of the database's own types" do
    it "gives blocks what the model would, and stores what they assign" do
      kept("values")
    end
  end

  context "on SQLite" do
    include_examples "flows in a database", "sqlite"
    include_examples "values of the database's own types"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "flows in a database", "postgresql"
    include_examples "values of the database's own types"
  end

  context "on MariaDB", :mysql do
    include_examples "flows in a database", "mysql"

    it "meets its collations, zones, types and lengths" do
      kept("mysql")
    end
  end
end
