# frozen_string_literal: true

require "tmpdir"

# Several sinks without a database.
RSpec.describe "A flow into several sinks, in memory" do
  before do
    ActiveDataFlow::RunStore.reset!
    Operations.logger = Logger.new(IO::NULL)
  end

  around { |example| Dir.mktmpdir { |folder| (@folder = folder) && example.run } }
  after { Operations.logger = nil }

  let(:path) { File.join(@folder, "orders.jsonl") }

  def lines = File.readlines(path).map { |line| JSON.parse(line)["id"] }

  # @param work [#call] what is called with each row
  def into(work, &more)
    file = path
    flow do
      source((1..20).map { |id| {id:, name: "order #{id}"} })
      batch_size 6
      sink { ActiveDataFlow::JSONLSink.new(file) }
      sink(work, key: :id)
      class_eval(&more) if more
    end
  end

  it "has each row in both, and counts those of the first" do
    seen = []
    run = into(->(row) { seen << row[:id] }).run_now
    expect([seen, lines]).to eq([[*1..20]] * 2)
    expect(run.counts).to include(read: 20, new: 20)
    expect(run.sink_counts.transform_values { |counts| counts[:new] }).to eq(path => 20, "ActiveDataFlow::Connector::Sink::Lambda" => 20)
  end

  it "has no row of a batch in the file twice, when another sink wants to be left alone in between" do
    seen = []
    waits = [9, 10]
    into(lambda do |row|
      raise ActiveDataFlow::Throttled.new(wait: 0) if waits.delete(row[:id])

      seen << row[:id]
    end).run_now
    expect(lines).to eq([*1..20])
    expect(seen.uniq).to eq([*1..20])
  end

  it "has a row in no file that is refused elsewhere, and none of a batch that failed" do
    well = false
    klass = into(->(row) { raise "no" if row[:id] == 8 || (row[:id] == 15 && !well && raise(IOError, "gone")) }) { on_error :quarantine, budget: 5 }
    expect { klass.run_now }.to raise_error(IOError)
    expect(File.read("#{path}.part").lines.size).to eq(11)
    well = true
    run = klass.run_now
    expect(lines).to eq([*1..20] - [8])
    expect(run.counts).to include(read: 20, new: 19, rejected: 1)
  end

  it "gives a row once to one that says how far it has come, and lets it take back what is behind that" do
    tape = []
    recorder = Class.new(ActiveDataFlow::Connector::Sink) do
      define_method(:write) { |row| [8, 9].include?(row[:id]) ? raise("no") : tape << row[:id] }
      define_method(:checkpoint) { tape.size }
      define_method(:resume) { |size| tape.slice!(size.to_i..) }
    end
    stop = [15]
    file = path
    klass = flow("TapeFlow", into(->(_row) {})) do
      on_error :quarantine, budget: 5
      transform { |row| raise Interrupt if stop.delete(row[:id]) }
      sink { ActiveDataFlow::JSONLSink.new(file) }
      sink { recorder.new }
    end
    expect { klass.run_now }.to raise_error(Interrupt)
    tape << 0
    klass.run_now
    expect([tape, lines]).to eq([[*1..20] - [8, 9]] * 2)
  end

  it "gives a service that keeps keys the same one when rows come again" do
    keys = []
    service = Class.new(ActiveDataFlow::Connector::Sink) do
      define_method(:key) { :id }
      define_method(:write_batch) do |rows, idempotency_key: nil|
        keys << idempotency_key
        raise IOError, "no answer" if keys.size == 2
      end
    end
    file = path
    klass = flow do
      source((1..4).map { |id| {id:} })
      batch_size 2
      sink { ActiveDataFlow::CSVSink.new(file) }
      sink service.new
    end
    expect { klass.run_now }.to raise_error(IOError)
    klass.run_now
    expect(keys[1]).to eq(keys[2])
    expect(keys.uniq.size).to eq(2)
    expect(File.read(path)).to eq("id\n1\n2\n3\n4\n")
  end

  it "is refused where one of them would have rows twice after a crash" do
    expect { flow { [source([{id: 1}]), sink { |row| row }, sink { |row| row }] }.plan }
      .to raise_error(ActiveDataFlow::ConfigurationError, /\AOrderExportFlow writes to 2 sinks, and .* has neither a key nor a checkpoint/)
  end
end
