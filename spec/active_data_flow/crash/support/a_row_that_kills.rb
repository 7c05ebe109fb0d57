# frozen_string_literal: true

# A row at which each process dies.
RSpec.shared_examples "a row that kills" do
  # @return [Array(Integer, CrashProcess::End)] how many it killed, and what the one after them said
  def until_it_lives(scenario, limit: 30)
    (0..limit).each do |count|
      ended = scenario.begin(point: "in the transform", deed: "kill", later: 3 * count).value
      return [count, ended] unless ended.signal
    end
    raise "#{limit} processes died"
  end

  it "[poison] is put aside, and only that row, after some deaths" do
    scenario = CrashScenario.new
    deaths, last = until_it_lives(scenario)
    facts = scenario.facts
    expect(deaths).to be_between(4, 12)
    expect(last.answer).to eq(["success", 50])
    expect(facts.rejects.map(&:first)).to eq(%w[int:15 int:32 int:37])
    expect(facts.rejects.first).to match(["int:15", "transform", /the process died each time it came to this row/])
    expect(facts.rows).to eq(@undisturbed.rows.reject { |order, *| order == 15 })
    expect([facts.twice, facts.counts]).to eq([[], {**@undisturbed.counts, new: 42, rejected: 3, written: 42}])
    scenario.remove
  end

  it "[poison] stops a flow that stops at bad rows, and is tried again when that is started again" do
    scenario = CrashScenario.new(HaltingFlow)
    deaths, last = until_it_lives(scenario)
    expect(deaths).to be_between(4, 12)
    expect(last.answer).to match(/ActiveDataFlow::RowError: .*HaltingFlow stopped at id 15 .*the process died each time/m)
    expect(scenario.facts.status).to eq(["failed"])
    expect(scenario.again(later: 100).answer).to eq(["success", 50])
    expect(scenario.ask("SELECT count(*) FROM order_exports")).to eq([[50]])
    scenario.remove
  end

  it "[poison] more deaths in an hour than may be end the run, with the numbers" do
    scenario = CrashScenario.new
    scenario.begin(point: "in the transform of the first batch", deed: "kill").value
    moments = Array.new(20) { |index| (Time.now.to_i - index) * 1_000_000 }
    scenario.sql("UPDATE active_data_flow_data_flow_runs SET death_times = '#{moments}'")
    expect(scenario.again(later: 5).answer).to match(/ActiveDataFlow::Error: .*21 workers died of this run within an hour \(20 are allowed\)/m)
    expect(scenario.facts.status).to eq(["failed"])
    scenario.remove
  end
end
