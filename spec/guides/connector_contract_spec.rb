# frozen_string_literal: true

# Whoever copies a connector out of the guide has one that keeps its contract.
RSpec.describe "The connectors in guides/writing-a-connector.md", req: %w[E-30 E-01 E-02] do
  before(:context) { @run = ContractRun.new(File.expand_path("support/connector_contract.rb", __dir__)) }

  %w[TicketSource OpenTicketSource LetterSink].each do |name|
    it "keep their contract: #{name}" do
      expect(@run.broken("[#{name}]")).to eq([])
      expect(@run.examples("[#{name}]").size).to be > 7, @run.said
    end
  end

  # The source of a paged API does more: it waits, asks for a token, and goes on after what went wrong.
  it "are written in 20 lines" do
    lines = File.read(File.join(CleanMachine::ROOT, "guides/writing-a-connector.md")).scan(/^class (?!TicketFeedSource)\w+ < ActiveDataFlow::Connector::.*?^end$/m)
    expect(lines.map { |text| text.lines.size }).to all(be <= 20)
    expect(lines.size).to be >= 3
  end
end
