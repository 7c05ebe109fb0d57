# frozen_string_literal: true

# Run by far_spec.rb in processes of their own. At the desk:
# ADF_SPEC_DATABASE=postgresql ADF_SPEC_SINK=sqlite bin/exec rspec spec/active_data_flow/crash/support/far_contract.rb
require_relative "far/far_database"
require_relative "random_kills"

RSpec.describe "Flows from #{CrashDatabase::KIND}, which keeps the runs, into #{FarDatabase::KIND}" do
  FarPoints::ALL.each { |name, armed| CrashPoints::BY_NAME[name] = armed }

  deeds = {"kill" => FarPoints::ALL.keys, "stop" => FarPoints::ALL.keys}
  deeds["end"] = FarPoints::LOCKED + ["before the fence of the mark", "inside COPY"] if FarDatabase::KIND == :postgresql
  crashes = deeds.flat_map { |deed, points| points.map { |point| [deed, point] } }

  before(:context) { @undisturbed = FarScenario.undisturbed(FarExportFlow) }

  # All of them at once, with the first example that asks: they mostly wait.
  all = nil
  define_method(:made) { all ||= FarScenario.at_once(crashes.to_h { |deed, point| [[deed, point], -> { crash(deed, point) }] }) }

  def crash(deed, point) = FarScenario.new.struck(deed, point, waits: FarPoints.waits?(point))

  it "[undisturbed] add up" do
    expect(@undisturbed.counts).to include(read: 50, filtered: 5, rejected: 2, new: 43, updated: 0, unchanged: 0, skipped: 0)
    expect(@undisturbed.rejects.map(&:first)).to eq(%w[int:32 int:37])
    expect([@undisturbed.rows.size, @undisturbed.twice]).to eq([43, []])
  end

  crashes.each do |deed, point|
    it "[#{deed}] #{point}: each row is there once" do
      ended, facts = made.fetch([deed, point]).then { |one| one.is_a?(Exception) ? raise(one) : one }
      if deed == "kill"
        expect(ended.signal).to eq("KILL")
      else
        expect([ended.signal, ended.code, Array(ended.answer).first, ended.struck]).to eq([nil, 0, "success", true])
      end
      expect(facts.counts).to eq(@undisturbed.counts)
      expect([facts.status, facts.rows, facts.twice, facts.rejects]).to eq([["success"], @undisturbed.rows, [], @undisturbed.rejects])
    end
  end

  def replay(scenario, **options)
    CrashProcess.new(scenario.config, **options) do
      FarExportFlow.rejects.map { |reject| reject.update!(row: reject.row.merge("tax" => 33)) if reject.position == "int:32" && reject.open? && reject.row["tax"] != 33 }
      FarExportFlow.rejects.find { |one| one.position == "int:32" }.replay
    end
  end

  # Killed after one statement after the other, on the same databases.
  it "[replayed] killed between any two statements: the row is there once, and its reject says so in the end" do
    scenario = FarScenario.new.tap(&:take_over)
    known = -> { [scenario.ask("SELECT count(*) FROM order_exports WHERE order_id = 32"), scenario.ask("SELECT status FROM active_data_flow_rejects WHERE position = 'int:32'")].flatten }
    seen = (1..40).each_with_object([]) do |nth, all|
      ended = replay(scenario, point: CrashPoints::Statement.new(:after, //, nth:, since: /\ABEGIN/i), deed: "kill").value
      all << [ended.signal, *known.call]
      break all if ended.signal.nil? || all.last.last == "replayed"
    end
    expect(seen.uniq).to eq([["KILL", 0, "open"], ["KILL", 1, "open"], ["KILL", 1, "replayed"]])
    expect([replay(scenario).value.answer, known.call, scenario.facts.twice]).to eq([true, [1, "replayed"], []])
    scenario.remove
  end

  it "[replayed] and killed before the reject says so, it is noted by who replays another" do
    scenario = FarScenario.new.tap(&:take_over)
    replay(scenario, point: CrashPoints::Statement.new(:after, /\ACOMMIT/i, since: /SET replayed/), deed: "kill").value
    expect(scenario.ask("SELECT count(*) FROM order_exports WHERE order_id = 32")).to eq([[1]])
    told = CrashProcess.new(scenario.config) do
      other = FarExportFlow.rejects.find { |reject| reject.position == "int:37" }
      other.update!(row: other.row.merge("id" => 137))
      [FarExportFlow.rejects.map(&:status), other.replay, FarExportFlow.rejects.map(&:status)]
    end
    expect(told.value.answer).to eq([%w[open open], true, %w[replayed replayed]])
    expect(scenario.facts.twice).to eq([])
    scenario.remove
  end

  it "[random] 20 kills lose nothing and double nothing" do
    answer = RandomKills.new(rows: 20_000, kills: 20, random: Random.new(RSpec.configuration.seed), flow: FarBulkFlow, scenario: FarScenario).call
    expect(answer).to have_attributes(kills: 20, lost: 0, doubled: 0, healthy_rejected: 0, sums: true)
  end
end
