# frozen_string_literal: true

# A row that was put aside and mended: order 32, whose total the sink did not take.
RSpec.shared_examples "replays" do
  def replay(scenario, **options)
    CrashProcess.new(scenario.config, **options) do
      reject = OrderExportFlow.rejects.find { |one| one.position == "int:32" }
      reject.update!(row: reject.row.merge("tax" => 33)) if reject.open?
      reject.replay
    end
  end

  # @return [Array] how often the row is in the sink, and what is said of it
  def known(scenario)
    scenario.ask("SELECT (SELECT count(*) FROM order_exports WHERE order_id = 32), (SELECT status FROM active_data_flow_rejects WHERE position = 'int:32')").first
  end

  # The flow has run, and its row is to be mended.
  def scenario_with_a_reject = CrashScenario.new.tap(&:take_over)

  # Killed after one statement after the other, on the same database: as long as nothing was committed, all is as it was.
  it "[replayed] killed between any two statements: the row is there once, and no run of the flow is kept from anything" do
    scenario = scenario_with_a_reject
    seen = (1..30).each_with_object([]) do |nth, all|
      ended = replay(scenario, point: CrashPoints::Statement.new(:after, //, nth:, since: /\ABEGIN/i), deed: "kill").value
      all << [ended.signal, *known(scenario)]
      break all if ended.signal.nil? || all.last.last == "replayed"
    end
    expect(seen.size).to be > 5
    expect(seen[..-2].uniq).to eq([["KILL", 0, "open"]])
    expect(seen.last).to eq(["KILL", 1, "replayed"])
    expect([replay(scenario).value.answer, known(scenario)]).to eq([true, [1, "replayed"]])
    expect([scenario.facts.twice, scenario.facts.counts]).to eq([[], @undisturbed.counts])
    expect(scenario.ask("SELECT count(*) FROM active_data_flow_data_flow_runs WHERE active_key IS NOT NULL OR token IS NOT NULL")).to eq([[0]])
    scenario.remove
  end

  it "[replayed] by a process that stands still past the lease: the row is there once" do
    scenario = scenario_with_a_reject
    process = replay(scenario, point: CrashPoints::Statement.new(:after, /UPDATE active_data_flow_rejects SET .*replayed/, since: nil), deed: "stop")
    expect(process).to be_stopped
    sleep(1.5 * CrashDatabase::LEASE)
    # PostgreSQL has ended the session meanwhile; elsewhere the others wait.
    expect(replay(scenario).value.answer).to be(true) if CrashDatabase::KIND == :postgresql
    process.go_on
    process.value
    expect([replay(scenario).value.answer, known(scenario), scenario.facts.twice]).to eq([true, [1, "replayed"], []])
    scenario.remove
  end
end
