# frozen_string_literal: true

# Flows without a database: rows from an Array, into whatever is called, the run in memory.
RSpec.describe "A flow in memory" do
  before do
    ActiveDataFlow::RunStore.reset!
    Operations.logger = Logger.new(log)
  end

  after { Operations.logger = nil }

  let(:log) { StringIO.new }

  it "reads, transforms and writes, and adds up", req: %w[E-24 E-25] do
    run = running([{id: 1, name: "Ada"}, {id: 2, name: "Bob"}, {id: 3, name: "Cid"}]) do
      filter { |row| row[:id] != 2 }
      transform { |row| row[:name] = row[:name].upcase }
    end.run_now
    expect(written).to eq([{id: 1, name: "ADA"}, {id: 3, name: "CID"}])
    expect(run).to be_success
    expect(run.counts).to eq(read: 3, new: 2, updated: 0, unchanged: 0, filtered: 1, rejected: 0, skipped: 0, deleted: 0, written: 2)
  end

  it "goes on behind what has passed" do
    well = false
    klass = running(Array.new(25) { |index| {id: index} }) do
      batch_size 10
      transform { |row| raise "no" if row[:id] == 15 && !well }
    end
    expect { klass.run_now }.to raise_error("no")
    expect(written.map { |row| row[:id] }).to eq([*0..9])
    well = true
    expect(klass.run_now.counts).to include(read: 25, new: 25)
    expect(written.map { |row| row[:id] }).to eq([*0..24])
  end

  it "starts over when told to" do
    klass = running([{id: 1}, {id: 2}]) { transform { |row| raise "no" if row[:id] == 2 } }
    2.times { expect { klass.run_now(restart: true) }.to raise_error("no") }
    expect(ActiveDataFlow::RunStore.memory.runs.map(&:status)).to eq(%w[failed cancelled])
  end

  it "keeps the rows that it puts aside, and stops over its budget" do
    klass = running(Array.new(250) { |index| {id: index} }) do
      on_error :quarantine, budget: 2
      transform { |row| raise ArgumentError, "no" if row[:id] > 240 }
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded,
      "Stopped: 3 of 244 rows put aside, budget 2. ArgumentError: no (3x). run.rejects has them; the next run goes on after row 0.")
    expect(klass.rejects.map { |reject| [reject.row["id"], reject.position, reject.stage, reject.reason] }).to eq(
      (241..243).map { |id| [id, "int:#{id + 1}", "transform", "ArgumentError: no"] }
    )
  end

  it "says which of two texts is most frequent" do
    klass = running(Array.new(100) { |index| {id: index, name: "x"} }) do
      on_error :skip, budget: 0.5
      transform { |row| (row[:id] < 60) ? row[:name].upcsae : raise(IOError, "no") }
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded, "Stopped: 100 of 100 rows put aside, budget 0.5. " \
      "NoMethodError: undefined method 'upcsae' (60x). on_error :skip keeps none of them; the next run goes on after row 0.")
  end

  it "tells whoever wants to know, with the run and without" do
    told = []
    klass = running do
      define_method(:tell) { |run| told << run.status }
      after_complete :tell
      after_complete { told << current_run.counts[:read] }
      after_complete { raise "mail server" }
      after_failure { told << :never }
    end
    expect(klass.run_now).to be_success
    expect(told).to eq(["success", 1])
    expect(log.string).to include("its callback after run 1 failed: RuntimeError: mail server")
  end

  it "calls after_complete after a success only, and after_failure after a failure only", req: "A-25" do
    told, well = [], false
    klass = running do
      transform { well || raise(IOError, "no") }
      define_method(:complete) { told << :complete }
      define_method(:failure) { told << :failure }
      after_complete :complete
      after_failure :failure
    end
    expect { klass.run_now }.to raise_error(IOError)
    expect(told).to eq([:failure])
    well = true
    expect(klass.run_now).to be_success
    expect(told).to eq([:failure, :complete])
  end

  it "prints its plan" do
    expect(running([{id: 1}]) { set a: 1 }.plan.to_s.lines(chomp: true).first(3)).to match(["OrderExportFlow", "  reads   1 rows (Array), all of it", /\A {10}set a \(in_memory_spec\.rb:\d+\)\z/])
  end

  it "shows what rows would become" do
    entries = running([{id: 1}, {id: 2}]) { filter id: 1 }.preview
    expect(entries.map(&:to_h)).to eq([{before: {id: 1}, after: {id: 1}, reason: nil}, {before: {id: 2}, after: nil, reason: "filtered"}])
    expect(written).to eq([])
  end
end
