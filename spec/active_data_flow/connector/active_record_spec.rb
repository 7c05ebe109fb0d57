# frozen_string_literal: true

# The connectors that lean on ActiveRecord, on real databases. They run in processes of their own: this one is to hold
# without ActiveSupport.
RSpec.describe "Connectors on a database" do
  file = File.expand_path("support/active_record_connectors.rb", __dir__)

  shared_examples "connectors on" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(file, env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "keep the contract of a source", req: "E-07" do
      expect(kept("source contract").size).to be > 7
    end

    it "keep the contract of a sink", req: "E-08" do
      expect(kept("sink contract").size).to be > 7
    end

    it "find a model by class, String or Symbol, and refuse a bad name", req: %w[E-07 E-08] do
      kept("model")
    end

    it "read in batches, by a scope, with metadata, and count", req: "E-10" do
      kept("reading")
    end

    it "write Hashes and messages, one by one and many at once", req: %w[E-08 E-10] do
      kept("writing")
    end

    it "create, update or leave alone what they meet", req: "E-34" do
      kept("collisions")
    end

    it "say in an IOError or ArgumentError what the database refused", req: "E-09" do
      kept("errors")
    end

    it "write in the transaction of a flow's commit where they share its connection" do
      kept("commit")
    end

    it "carry a flow whose rows, rejects and cursor commit together", req: %w[A-29 A-30 E-06] do
      kept("flow")
    end

    it "mean themselves by ActiveRecord inside of connectors, and say so" do
      kept("names")
    end
  end

  context "on SQLite" do
    include_examples "connectors on", "sqlite"
  end

  context "on PostgreSQL", :postgresql do
    include_examples "connectors on", "postgresql"
  end

  context "on MariaDB", :mysql do
    include_examples "connectors on", "mysql"
  end

  it "load ActiveRecord when one of them is first used, not before" do
    program = <<~RUBY
      require "active_data_flow"
      loaded = [defined?(ActiveRecord)]
      ActiveDataFlow::ActiveRecordSource
      loaded << defined?(ActiveRecord)
      print loaded.inspect, ActiveDataFlow::ActiveRecordSink, ActiveDataFlow::Connector::Source::ActiveRecordSource
    RUBY
    expect(child_ruby("$VERBOSE = true; #{program}").err.lines.grep(%r{active_data_flow/(connect|message)})).to eq([])
    expect(child_ruby(program)).to have_attributes(err: "", out: '[nil, "constant"]ActiveDataFlow::Connector::Sink::ActiveRecordActiveDataFlow::Connector::Source::ActiveRecord')
  end

  it "are found by their written name in a process that has not used them yet" do
    program = <<~RUBY
      require "active_data_flow"
      print ActiveDataFlow::Connector::Source.from_json("class_name" => "ActiveDataFlow::Connector::Source::ActiveRecord", "model" => "User").model
    RUBY
    expect(child_ruby(program)).to have_attributes(err: "", out: "User")
  end
end
