# frozen_string_literal: true

require_relative "random_kills"

RSpec.shared_examples "random kills" do
  it "[random] 8 kills over 20,000 rows lose nothing and double nothing" do
    answer = RandomKills.new(rows: 20_000, kills: 8, random: Random.new(RSpec.configuration.seed)).call
    expect(answer).to have_attributes(kills: 8, lost: 0, doubled: 0, healthy_rejected: 0, sums: true)
  end
end
