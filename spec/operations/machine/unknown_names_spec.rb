# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/tasks"
require "operations/verification"

RSpec.describe Operations::Machine::UnknownNames do
  def refusal(klass)
    klass.call
    nil
  rescue Operations::InvalidPlan => error
    error.message
  end

  def claim(&body)
    task_class("Claim") do
      has_attribute :amount, :integer
      result :start
      class_exec(&body)
    end
  end

  it "finds an index that is neither attribute nor model", req: "O-49" do
    expect(refusal(claim { index :amuont, :owner })).to eq(
      "Claim indexes :amuont, which it does not have; it has :amount. Write: has_model :amuont\n" \
      "Claim indexes :owner, which it does not have; it has :amount. Write: has_model :owner"
    )
  end

  it "takes an index above the line that declares its model, or in a class above", req: "O-49" do
    expect(refusal(claim { [index(:owner), has_model(:owner)] })).to be_nil
    task_class("Owned") { index :owner }
    expect(refusal(task_class("House", Owned) { [has_model(:owner), result(:start)] })).to be_nil
  end

  it "finds a rule about what is neither attribute, model nor method", req: "O-52" do
    expect(refusal(claim { [has_model(:owner), validates(:amuont, :owner, presence: true)] })).to eq(
      "Claim validates :amuont, which it does not have; it has :amount, :owner. Did you mean :amount? Write: has_attribute :amuont"
    )
  end

  it "finds a check by a method that is not there", req: "O-52" do
    expect(refusal(claim { validate :affordable })).to eq(
      "Claim validates by :affordable, a method that it does not have. Write: def affordable = errors.add(:base, \"is wrong\")"
    )
  end

  it "takes methods, private ones too, blocks, and names that only a task can answer to", req: "O-52" do
    found = claim do
      validates :total, :secret, presence: true
      validate(:affordable) { errors[:base] }
      define_method(:total) { 7 }
      define_method(:secret) { 8 }
      define_method(:affordable) {}
      private :secret, :affordable
    end
    expect(refusal(found)).to be_nil

    expect(refusal(claim do
      validates :ghost, presence: true
      define_method(:method_missing) { |name, *| (name == :ghost) ? 1 : super() }
      define_method(:respond_to_missing?) { |name, _all = false| name == :ghost }
    end)).to be_nil
  end

  it "is told by rake operations:verify, too" do
    claim { index :ownr }
    out = StringIO.new
    expect(Operations::Verification.new(classes: [Claim]).report(out)).to be(false)
    expect(out.string).to include("error: Claim indexes :ownr, which it does not have")
  end
end
