# frozen_string_literal: true

# Whoever copies an adapter out of the guide has one that keeps its contract.
RSpec.describe "The adapters in guides/writing-an-adapter.md", req: %w[O-03 O-08 O-79] do
  before(:context) { @run = ContractRun.new(File.expand_path("support/adapter_contract.rb", __dir__)) }

  %w[JSONStorage TableStorage ThreadExecutor].each do |name|
    it "keep their contract: #{name}" do
      expect(@run.broken(name)).to eq([])
      expect(@run.examples(name).size).to be > 10, @run.said
    end
  end
end
