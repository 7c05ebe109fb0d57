# frozen_string_literal: true

require "json"
require "open3"

RSpec.shared_examples "programs that are told to end" do
  program = File.join(__dir__, "interrupted_program.rb")

  # @param signals [Array<String>] sent while the program is at row 15, with a pause between them
  # @return [Array(Process::Status, String, Float)] its end, what it said, and how many seconds it took from the first signal
  define_method(:told) do |scenario, *signals, seconds: 0.3, patience: 10|
    env = {"CRASH_CONFIG" => JSON.generate(scenario.config), "CRASH_SECONDS" => seconds.to_s, "CRASH_PATIENCE" => patience.to_s,
           "ADF_SPEC_DATABASE" => CrashDatabase::KIND.to_s}
    Open3.popen3(env, RbConfig.ruby, "-I", File.expand_path("../../../../lib", __dir__), program) do |_in, out, err, thread|
      out.gets
      began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      signals.each_with_index { |signal, index| sleep(0.5 * index) && Process.kill(signal, thread.pid) }
      said = err.read
      [thread.value, said, Process.clock_gettime(Process::CLOCK_MONOTONIC) - began]
    end
  end

  def rows_of(scenario) = scenario.ask("SELECT count(*), max(order_id) FROM order_exports").first

  def goes_on(scenario)
    scenario.take_over
    facts = scenario.facts
    expect([facts.status, facts.rows, facts.twice, facts.counts]).to eq([["success"], @undisturbed.rows, [], @undisturbed.counts])
    scenario.remove
  end

  %w[INT TERM].each do |signal|
    it "[told] by #{signal}: the open batch ends, the cursor is kept, the program says how to go on and ends by the signal" do
      scenario = CrashScenario.new
      status, said, seconds = told(scenario, signal)
      expect(status.termsig).to eq(Signal.list[signal]), said
      expect(said).to include("OrderExportFlow: stopped after 20 rows, at id 20. OrderExportFlow.run_now goes on there.")
      expect(seconds).to be < 15
      expect(rows_of(scenario)).to eq([18, 19])
      expect(scenario.ask("SELECT status, token FROM active_data_flow_data_flow_runs")).to eq([["in_progress", nil]])
      goes_on(scenario)
    end
  end

  it "[told] and a batch that takes longer than it may: it is taken back, the cursor is kept" do
    scenario = CrashScenario.new
    status, said, = told(scenario, "TERM", seconds: 60, patience: 0.3)
    expect(status.termsig).to eq(Signal.list["TERM"]), said
    expect(said).to include("OrderExportFlow: stopped after 10 rows, at id 10. OrderExportFlow.run_now goes on there.")
    expect(rows_of(scenario)).to eq([9, 9])
    goes_on(scenario)
  end

  it "[told] twice: it ends at once" do
    scenario = CrashScenario.new
    status, said, seconds = told(scenario, "INT", "INT", seconds: 60, patience: 50)
    expect(status.termsig).to eq(Signal.list["INT"]), said
    expect(seconds).to be < 15
    expect(rows_of(scenario)).to eq([9, 9])
    goes_on(scenario)
  end
end
