# frozen_string_literal: true

# The marks of runs in a database that they write into and are not kept in. In processes of its own: this one is to hold
# without ActiveSupport.
RSpec.describe "Marks in another database" do
  shared_examples "a database of marks" do |kind|
    before(:context) do
      next unless Servers.ready?(kind)

      @run = ContractRun.new(File.join(__dir__, "support/marks_contract.rb"), env: {"ADF_SPEC_DATABASE" => kind})
    end

    it "are the newest claim's, and say how far its run has come" do
      kept("taken")
      kept("commit")
    end

    it "need each part of a commit's guard" do
      expect(kept("guards").size).to eq(4)
    end
  end

  context("on SQLite") { include_examples "a database of marks", "sqlite" }
  context("on PostgreSQL", :postgresql) { include_examples "a database of marks", "postgresql" }
  context("on MariaDB", :mysql) { include_examples "a database of marks", "mysql" }
end
