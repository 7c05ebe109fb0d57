# frozen_string_literal: true

# Rows that were put aside, of flows whose rows come from Ruby and go to it.
RSpec.describe "A row of Ruby's that was put aside" do
  before { ActiveDataFlow::RunStore.reset! }

  # Takes what `taken` says, by keys of its own choice.
  let(:bad) { [] }

  def importing(rows, sink = nil, name: "ImportFlow", &steps)
    bad = self.bad
    written = self.written
    flow(name) do
      source rows
      on_error :quarantine, budget: 1.0
      class_eval(&steps) if steps
      transform { |row| raise ArgumentError, "not #{row[:id]}" if bad.include?(row[:id]) }
      sink sink || ->(row) { written << row }
    end
  end

  it "is the row that was read, with values of the same classes" do
    row = {id: 1, net: BigDecimal("12.5"), at: Time.utc(2026, 11, 27, 1, 2, 3.5r), on: Date.new(2026, 2, 28), yes: true, big: 10**30, text: "grüße", bytes: "\xFF".b}
    bad << 1
    run = importing([row]).run_now
    bad.clear
    expect(run.rejects.first.replay).to be(true)
    expect(written).to eq([row])
    expect(run.replay_rejects).to eq(replayed: 0, open: 0)
  end

  it "that could not be read has no row to be replayed, until somebody gives it one" do
    run = importing([{id: 1, net: 1}, 5]) { derive(:gross) { |row| row[:net] * 2 } }.run_now
    reject = run.rejects.first
    expect([reject.replay, reject.reason]).to eq([false, "a row is a Hash or a message, not 5. It could not be read, so there is no row to replay. Write: reject.update!(row: {...})"])
    expect(run.rejects.first).to have_attributes(stage: "read", reason: "a row is a Hash or a message, not 5")
    expect([reject.update!(row: {id: 2}).replay, reject.reason]).to eq([false, "no column :net; there are :id"])
    expect(reject.update!(row: {id: 2, net: 3}).replay).to be(true)
    expect(written.last).to eq(id: 2, net: 3, gross: 6)
    expect { reject.update!(row: 3) }.to raise_error(ArgumentError, /a reject's row is a Hash, not 3\. Write: reject\.update!\(row: reject\.row\.merge/)
  end

  it "is replayed when steps leave it out: then it is not to be in the sink" do
    bad << 1
    run = importing([{id: 1}]) { filter { |row| row[:id] < 5 } }.run_now
    reject = run.rejects.first.update!(row: {id: 7})
    expect([reject.replay, written]).to eq([true, []])
  end

  it "reaches a sink outside of any transaction under a key that is the same as long as the row is" do
    keys = []
    down = true
    sink = Class.new(ActiveDataFlow::Connector::Sink) do
      define_method(:write_batch) do |rows, idempotency_key: nil|
        raise ActiveDataFlow::Error, "the line is down" if down

        keys << [idempotency_key, rows.map { |row| row[:id] }]
      end
    end.new
    bad << 1
    run = importing([{id: 1}], sink).run_now
    bad.clear
    reject = run.rejects.first
    expect { reject.replay }.to raise_error(ActiveDataFlow::Error, "the line is down")
    expect(reject.reload).to be_open
    down = false
    expect([reject.replay, keys.size, keys.first.last]).to eq([true, 1, [1]])
    expect(keys.first.first).to match(%r{\Areject-#{reject.id}-\h{64}/0-0\z})
  end

  it "reaches such a sink also where steps leave other columns than those that were read" do
    sent = []
    sink = Class.new(ActiveDataFlow::Connector::Sink) { define_method(:write_batch) { |rows, idempotency_key:| sent.concat(rows) && idempotency_key } }.new
    torn = true
    run = flow("NumberFlow") do
      source [{id: 1}]
      on_error :quarantine, budget: 1.0
      transform(as: :hash) { |row| torn ? raise(ArgumentError, "torn") : {number: row[:id]} }
      sink sink
    end.run_now
    torn = false
    expect([run.rejects.first.replay, sent]).to eq([true, [{number: 1}]])
  end

  it "is not put into a sink that is written from its beginning to its end" do
    sink = Class.new(ActiveDataFlow::Connector::Sink) do
      def write(_row) = nil

      def checkpoint = nil

      def resume(_checkpoint) = nil
    end
    bad << 1
    run = importing([{id: 1}], stub_const("LineSink", sink).new).run_now
    expect { run.replay_rejects }.to raise_error(ActiveDataFlow::ConfigurationError, /is written from its beginning to its end, so no row of run 1 can come later\. Mend the rows in the source/)
  end

  it "waits for a source or sink that wants to be left alone: that is no reason against the row" do
    bad << 1
    run = importing([{id: 1}]) { transform { |row| raise ActiveDataFlow::Throttled.new(wait: 7) if row[:id] == 2 } }.run_now
    reject = run.rejects.first.update!(row: {id: 2})
    expect { reject.replay }.to raise_error(ActiveDataFlow::Throttled)
    expect(reject).to be_open.and have_attributes(reason: "ArgumentError: not 1")
  end
end
