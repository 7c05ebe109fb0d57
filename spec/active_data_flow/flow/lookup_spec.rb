# frozen_string_literal: true

# Lookups in real databases, in a process of its own: this one is to hold without ActiveSupport.
RSpec.describe "A lookup" do
  file = File.expand_path("support/lookup_contract.rb", __dir__)

  # @return [Array<String>] the examples of one part of the contract
  define_method(:kept) { |part| super(part, ContractRun.new(file, only: "[#{part}]")) }

  it "finds, joins and refuses on SQLite" do
    expect(kept("SQLite").size).to eq(9)
  end

  it "finds, joins and refuses on PostgreSQL", :postgresql do
    Postgresql.folder
    expect(kept("PostgreSQL").size).to eq(9)
  end

  it "finds, joins and refuses on MariaDB", :mysql do
    Mysql.start
    expect(kept("MariaDB").size).to eq(8)
  end
end
