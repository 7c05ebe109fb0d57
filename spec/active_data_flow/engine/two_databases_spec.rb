# frozen_string_literal: true

# Flows whose source and sink are in two databases. In processes of its own: this one is to hold without ActiveSupport.
RSpec.describe "A flow between two databases" do
  [%w[postgresql sqlite], %w[sqlite postgresql], %w[postgresql postgresql]].each do |source, sink|
    it "takes values of all kinds, in every mode and on each path, from #{source} into #{sink}", :postgresql do
      run = ContractRun.new(File.join(__dir__, "support/two_databases.rb"), env: {"ADF_SPEC_DATABASE" => source, "ADF_SPEC_SINK" => sink}) if Servers.ready?(:postgresql)
      expect(kept("paths", run).size).to eq(4)
    end
  end
end
