# frozen_string_literal: true

RSpec.describe Operations::Validations::Errors, req: "O-52" do
  subject(:errors) { described_class.new(Object.new) }

  before do
    errors.add(:name, :blank)
    errors.add("amount", :greater_than, count: 0, value: -1)
    errors.add(:name, "is odd")
    errors.add(:base, :over_budget)
  end

  it "gives messages by attribute, by String or Symbol" do
    expect(errors[:name]).to eq(["is required", "is odd"])
    expect(errors["amount"]).to eq(["must be greater than 0"])
    expect(errors[:other]).to eq([])
  end

  it "gives full messages, those of :base without a name, and a kind nobody knows by its own words" do
    expect(errors.full_messages).to eq(["name is required", "amount must be greater than 0", "name is odd", "over budget"])
    expect(errors.to_a).to eq(errors.full_messages)
    expect(errors.full_messages_for(:name)).to eq(["name is required", "name is odd"])
  end

  it "gives Hashes of texts and of kinds" do
    expect(errors.messages).to eq(name: ["is required", "is odd"], amount: ["must be greater than 0"], base: ["over budget"])
    expect(errors.to_hash).to eq(errors.messages)
    expect(errors.as_json).to eq(errors.messages)
    expect(errors.details).to eq(name: [{error: :blank}, {error: "is odd"}], amount: [{error: :greater_than, count: 0, value: -1}], base: [{error: :over_budget}])
  end

  it "is counted, and enumerated as errors" do
    expect([errors.size, errors.count, errors.any?, errors.empty?]).to eq([4, 4, true, false])
    expect(errors.count { |error| error.attribute == :name }).to eq(2)
    expect(errors.any? { |error| error.type == :taken }).to be(false)
    expect(errors.map { |error| [error.attribute, error.type] }).to include([:amount, :greater_than])
    expect(errors.each.next).to have_attributes(attribute: :name, type: :blank, message: "is required", full_message: "name is required")
    expect(errors.attribute_names).to eq(%i[name amount base])
  end

  it "knows which attributes have some, and which errors are there" do
    expect([errors.include?(:name), errors.key?("amount"), errors.has_key?(:other)]).to eq([true, true, false])
    expect(errors.added?(:name, :blank)).to be(true)
    expect(errors.added?(:name, "is odd")).to be(true)
    expect(errors.added?(:name)).to be(false)
    expect(errors.added?(:amount, :greater_than, count: 0)).to be(true)
    expect(errors.added?(:amount, :greater_than, count: 1)).to be(false)
    expect(errors.of_kind?(:amount, :greater_than)).to be(true)
  end

  it "takes a text of the caller's, with places for details" do
    errors.add(:amount, :too_big, message: "is %{count} too much", count: 3)

    expect(errors[:amount].last).to eq("is 3 too much")
  end

  it "is emptied as a whole, or of one attribute" do
    expect(errors.delete(:name)).to eq(["is required", "is odd"])
    expect(errors.delete(:name)).to be_nil
    expect(errors.clear).to be_empty
  end
end
