# frozen_string_literal: true

# In a process of its own: the others hold that no ActiveRecord is loaded by ours.
RSpec.describe "ActiveDataFlow::AfterCommit" do
  before(:context) { @run = ContractRun.new(File.expand_path("support/after_commit_contract.rb", __dir__)) }

  it "calls after the outermost transaction, at once where there is none" do
    %w[none commit nested].each { |part| kept(part) }
  end

  it "never calls after a rollback, of the whole or of a savepoint" do
    kept("rollback")
    kept("nested")
  end

  it "waits for the transactions of all databases" do
    kept("several")
  end

  it "calls inside of a test's transaction, and says what went wrong" do
    kept("tests")
    kept("errors")
  end

  it "calls at once where there is no ActiveRecord" do
    answer = child_ruby("require 'active_data_flow/rails/after_commit'; ActiveDataFlow::AfterCommit.call { print :called, defined?(ActiveRecord).inspect }", gems: false)
    expect(answer.out).to eq("callednil")
  end
end
