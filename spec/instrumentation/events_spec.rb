# frozen_string_literal: true

# ActiveSupport carries events, and has no business in the process that runs the other specs.
RSpec.describe "Events" do
  {
    "tell of flows" => "flows", "tell of tasks" => "tasks", "are those of guides/events.md" => "guide"
  }.each do |what, part|
    it what do
      run = ContractRun.new(File.join(__dir__, "support/#{part}_contract.rb"))
      expect(run.broken("")).to eq([])
      expect(run.examples("")).not_to be_empty, run.said
    end
  end
end
