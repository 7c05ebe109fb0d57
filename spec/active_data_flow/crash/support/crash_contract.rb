# frozen_string_literal: true

# Run by crash_spec.rb in processes of their own. At the desk:
# ADF_SPEC_DATABASE=postgresql bin/exec rspec spec/active_data_flow/crash/support/crash_contract.rb
require_relative "crash_scenario"
require_relative "guards_of_a_commit"
require_relative "a_row_that_kills"
require_relative "kills_at_random"
require_relative "programs_told_to_end"
require_relative "replays"

RSpec.describe "Flows on #{CrashDatabase::KIND} whose processes meet their end" do
  deeds = (CrashDatabase::KIND == :postgresql) ? %w[kill stop end] : %w[kill stop]
  points = CrashPoints::OF_FLOWS.flat_map { |flow, names| [flow].product(names.keys, deeds) }
  points += CrashPoints::LOST.flat_map { |flow, names| [flow].product(names.keys, ["end"]) }

  before(:context) { @undisturbed = CrashScenario.undisturbed(OrderExportFlow) }

  # All of them at once, with the first example that asks: they mostly wait.
  made = nil
  define_method(:made) { made ||= CrashScenario.at_once(points.to_h { |flow, point, deed| [[flow, point, deed], -> { crash(flow, point, deed) }] }) }

  def crash(flow, point, deed) = CrashScenario.new(Object.const_get(flow)).struck(deed, point, waits: CrashPoints.waits?(point))

  def facts_of(*crash)
    one = made.fetch(crash)
    one.is_a?(Exception) ? raise(one) : one
  end

  it "[undisturbed] adds up" do
    expect(@undisturbed.counts).to include(read: 50, filtered: 5, rejected: 2, new: 43, updated: 0, unchanged: 0, skipped: 0)
    expect(@undisturbed.rejects.map(&:first)).to eq(%w[int:32 int:37])
    expect(@undisturbed.rows.size).to eq(43)
  end

  it "[undisturbed] adds up where rows are changed by key, whichever way they take" do
    pushed, copied = [OrderPushFlow, OrderCopyFlow].map { |flow| CrashScenario.undisturbed(flow) }
    expect(pushed.counts).to include(read: 50, filtered: 5, rejected: 1, updated: 7)
    expect(pushed.rejects.map(&:first)).to eq(%w[int:32])
    expect(copied.rows).to eq(pushed.rows.reject { |order, *| order == 37 })
  end

  points.each do |flow, point, deed|
    it "[#{deed}] #{flow}, #{point}: each row is there once" do
      ended, facts = facts_of(flow, point, deed)
      undisturbed = CrashScenario.undisturbed(Object.const_get(flow))
      case deed
      when "kill" then expect(ended.signal).to eq("KILL")
      when "stop", "end" then expect([ended.signal, ended.code, Array(ended.answer).first, ended.struck]).to eq([nil, 0, "success", true]) unless point.include?("release")
      end
      expect(facts.counts).to eq(undisturbed.counts)
      expect([facts.status, facts.rows, facts.twice, facts.rejects]).to eq([["success"], undisturbed.rows, [], undisturbed.rejects])
      expect(facts.calls).to be >= (CrashPoints::AFTER_THE_END.include?(point) ? 0 : 1)
    end
  end

  it_behaves_like "guards of a commit"
  it_behaves_like "a row that kills"
  it_behaves_like "random kills"
  it_behaves_like "programs that are told to end"
  it_behaves_like "replays"

  it "[callbacks] that nobody was told because the process was killed are called by who comes next" do
    [["after the last COMMIT", 0], ["in the callbacks", 1]].each do |point, before|
      scenario = CrashScenario.new(OrderCopyFlow)
      scenario.begin(point:, deed: "kill").value
      left = scenario.facts
      expect([left.status, left.unmade, left.calls]).to eq([["success"], 1, before])
      scenario.again(later: 40)
      facts = scenario.facts
      expect([facts.status, facts.unmade, facts.calls]).to eq([%w[success success], 0, before + 2])
      expect([facts.rows, facts.twice]).to eq([left.rows, []])
      scenario.remove
    end
  end
end
