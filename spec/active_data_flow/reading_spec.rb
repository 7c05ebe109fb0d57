# frozen_string_literal: true

# `read :new` and `read :changed` on real databases, beside real writers. They run in processes of their own: this one is to
# hold without ActiveSupport.
RSpec.describe "Reading what is new" do
  support = File.expand_path("reading/support", __dir__)

  define_method(:examples_of) do |file, kind|
    ContractRun.new(File.join(support, "#{file}.rb"), env: {"ADF_SPEC_DATABASE" => kind})
  end

  shared_examples "what is new" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = examples_of("reading", kind)
    end

    it "goes on behind the last run's cursor, and reads each row once", req: "E-33" do
      kept("new")
    end

    it "refuses a cursor of another definition, until it is told to begin at the first row" do
      kept("definition")
    end

    it "reads what has changed along a moment and a unique column, and leaves the last seconds" do
      kept("changed")
    end
  end

  context "on SQLite" do
    include_examples "what is new", "sqlite"

    it "warns of ids that come again" do
      kept("autoincrement")
    end
  end

  context "on MariaDB", :mysql do
    include_examples "what is new", "mysql"

    context "beside open writers" do
      before(:context) { @run = examples_of("open_writers_on_mysql", "mysql") if Servers.ready?("mysql") }

      {
        "held open" => "reads nothing behind a transaction that is open over two runs, and says so",
        "ends meanwhile" => "reads what is committed while it waits",
        "several at once" => "loses no row of a statement that has taken its keys before",
        "rolled back" => "goes on when the one it waits for is gone",
        "another table" => "is not held back by who writes elsewhere",
        "hammered" => "has each committed row once while others write all the time",
        "changed" => "loses no change",
        "old snapshot" => "refuses to wait inside a transaction that sees nothing new"
      }.each { |part, sentence| it(sentence) { kept(part) } }
    end
  end

  context "on PostgreSQL", :postgresql do
    include_examples "what is new", "postgresql"

    context "beside open writers" do
      before(:context) { @run = examples_of("open_writers", "postgresql") unless Postgresql.missing }

      {
        "held open" => "loses no row of a transaction that is open over two runs, and says who holds it back",
        "ends meanwhile" => "reads what is committed while it waits",
        "proven" => "reads up to where the run before had to wait",
        "always written" => "goes on where somebody always writes",
        "older transaction" => "loses no lower key of a younger transaction",
        "younger snapshot" => "loses no higher key of an older transaction",
        "sleeping trigger" => "loses no row whose trigger takes its time",
        "savepoints" => "loses no row behind savepoints",
        "rolled back" => "goes on when the one it waits for is gone",
        "prepared" => "waits for a prepared commit",
        "another table" => "is not held back by who writes elsewhere",
        "hammered" => "has each committed row once while others write all the time",
        "restarted" => "knows what a restart of the server ends",
        "changed" => "loses no change"
      }.each { |part, sentence| it(sentence) { kept(part) } }
    end

    context "along keys of other kinds" do
      before(:context) { @run = examples_of("keys", "postgresql") unless Postgresql.missing }

      it("waits for the writers of all partitions") { kept("partitions") }

      it("has only settle where keys are made before the table is locked, and says so") { kept("settle") }

      it("refuses keys in no order") { kept("no order") }

      it("says where moments are those of a transaction's beginning") { kept("moments") }

      it("refuses to wait inside a transaction that sees nothing new") { kept("old snapshot") }
    end
  end
end
