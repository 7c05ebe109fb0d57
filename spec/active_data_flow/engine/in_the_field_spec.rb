# frozen_string_literal: true

# Flows where databases are as they are met in programs: without prepared statements, with patience that ends, with replicas.
RSpec.describe "A flow in a program as it is met" do
  support = File.expand_path("support", __dir__)

  # @return [ContractRun] of the examples of any database, on a connection that has more in its configuration
  define_method(:flows_with) do |kind, parts, **connection|
    ContractRun.new(File.join(support, "examples.rb"), env: {"ADF_SPEC_DATABASE" => kind, "ADF_SPEC_CONNECTION" => JSON.generate(connection)}, only: parts.map { |part| "[#{part}]" })
  end

  define_method(:in_the_field) do |kind, **connection|
    ContractRun.new(File.join(support, "in_the_field.rb"), env: {"ADF_SPEC_DATABASE" => kind, "ADF_SPEC_CONNECTION" => JSON.generate(connection)})
  end

  shared_examples "a replica and fibers" do
    it "reads from a replica what it writes elsewhere" do
      kept("reading role")
    end

    it "shares its thread with others, where the program's fibers are what its threads are elsewhere" do
      kept("fibers")
    end
  end

  shared_examples "without prepared statements" do |kind|
    it "does without prepared statements" do
      parts = ["modes", "running", "paths"]
      run = flows_with(kind, parts, prepared_statements: false)
      parts.each { |part| kept(part, run) }
    end
  end

  context "on SQLite, whose transactions begin without a lock", req: "A-51" do
    before(:context) { @run = in_the_field("sqlite", default_transaction_mode: "deferred") }

    include_examples "a replica and fibers"

    it "opens each commit with a write" do
      kept("deferred")
    end
  end

  context "on PostgreSQL with a timeout for statements", :postgresql do
    before(:context) { @run = in_the_field("postgresql", variables: {statement_timeout: "2s"}) if Servers.ready?("postgresql") }

    include_examples "a replica and fibers"
    include_examples "without prepared statements", "postgresql"

    it "is ended by it, and goes on" do
      kept("timeout")
    end
  end

  context "on MariaDB", :mysql do
    before(:context) { @run = in_the_field("mysql") if Servers.ready?("mysql") }

    include_examples "a replica and fibers"
    include_examples "without prepared statements", "mysql"

    it "is spoken to by mysql2 as by trilogy", if: Mysql.client?("mysql2") do
      parts = %w[modes running paths mysql]
      run = flows_with("mysql", parts, adapter: "mysql2")
      parts.each { |part| kept(part, run) }
    end
  end
end
