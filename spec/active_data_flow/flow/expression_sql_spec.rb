# frozen_string_literal: true

# The two meanings of an expression, on real databases, in a process of its own: this one is to hold without their gems.
RSpec.describe "Expressions in Rust and as SQL" do
  file = File.expand_path("support/expression_sql_contract.rb", __dir__)

  # @return [Array<String>] the examples of one part of the contract
  define_method(:kept) { |part| super(part, ContractRun.new(file, only: "[#{part}]")) }

  it "mean the same on SQLite, or are not printed" do
    expect(kept("SQLite")).to include(/mean the same/, /are not printed where SQLite computes otherwise/)
  end

  it "mean the same on PostgreSQL, and make a fault where it raises", :postgresql do
    Postgresql.folder
    expect(kept("PostgreSQL")).to include(/mean the same/, /make a fault only where the database raises/)
  end
end
