# frozen_string_literal: true

# Whole runs of flows between connectors.
RSpec.describe "A flow between connectors" do
  before { ActiveDataFlow::RunStore.reset! }

  # Remembers what it was asked for.
  def spy(rows)
    Class.new(ActiveDataFlow::Connector::Source) do
      define_method(:calls) { @calls ||= [] }
      define_method(:fetch) { |after:, limit:| calls.push([after, limit]) && rows.select { |row| row[:id] > (after || 0) }.first(limit) }
    end.new
  end

  # @return [Class] a flow from the source into what the block does with each row
  def flow(name, source, sink, &more)
    stub_const(name, Class.new(ActiveDataFlow::Base) do
      source source
      sink sink
      class_exec(&more) if more
    end)
  end

  it "fetches behind the cursor and writes, batch by batch, in order", req: "A-29" do
    source, written = spy((1..5).map { |id| {id:} }), []
    run = flow("FetchFlow", source, ->(row) { written << row[:id] }) { batch_size 2 }.run_now
    expect(written).to eq([1, 2, 3, 4, 5])
    expect(source.calls.map(&:first)).to eq([nil, 2, 4, 5])
    expect(run.counts).to include(read: 5, new: 5)
  end

  it "stands behind the last record of each batch", req: "A-30" do
    source = spy((1..5).map { |id| {id:} })
    expect(flow("CursorFlow", source, ->(row) { row }) { batch_size 2 }.run_now.cursor).to eq("int:5")
    failing = flow("FailingFlow", source, ->(row) { raise ArgumentError if row[:id] == 4 }) { batch_size 2 }
    expect { failing.run_now }.to raise_error(ActiveDataFlow::RowError)
    expect(ActiveDataFlow::RunStore.memory.runs("failing").first.cursor).to eq("int:2")
  end

  it "reads what is new each time: batches of 3, twice, are ids 1 to 6 once each", req: "E-33" do
    rows, written = (1..3).map { |id| {id:} }, []
    news = flow("NewsFlow", spy(rows), ->(row) { written << row[:id] }) do
      read :new
      batch_size 3
    end
    news.run_now
    rows.concat((4..6).map { |id| {id:} })
    news.run_now
    expect(written).to eq([1, 2, 3, 4, 5, 6])
  end

  it "counts what the sink's collisions say", req: "E-34" do
    sink = Class.new(ActiveDataFlow::Connector::Sink) do
      def write(row) = row[:id]

      def reports_collisions? = true
    end.new
    counts = flow("CollisionFlow", spy((1..3).map { |id| {id:} }), sink).run_now.counts
    expect(counts).to include(new: 1, updated: 1, unchanged: 1)
  end

  it "takes Hashes and messages, typed and untyped, from any source to any sink", req: "E-06" do
    makers = [:itself.to_proc, ->(row) { row.transform_keys(&:to_s) }, ->(row) { ActiveDataFlow::Message::Untyped.new(row) },
      ->(row) { ActiveDataFlow::Message::Typed.new(row, schema: {id: :integer}) }]
    makers.each_with_index do |maker, number|
      written = []
      rows = [{id: 1, name: "a"}, {id: 2, name: "b"}]
      flow("MessageFlow#{number}", ActiveDataFlow::Connector::Source::Enumerable.new(rows.map(&maker)), ->(row) { written << row }).run_now
      expect(written).to eq(rows)
    end
  end

  it "puts the rows aside that a sink refuses, and hands no other over twice", req: "E-02" do
    written = []
    run = flow("AsideFlow", spy((1..5).map { |id| {id:} }), ->(row) { (row[:id] == 3) ? raise(ArgumentError, "no three") : written << row[:id] }) do
      on_error :quarantine, budget: 1
    end.run_now
    expect(written).to eq([1, 2, 4, 5])
    expect(run.rejects.map { |reject| [reject.row, reject.reason] }).to eq([[{"id" => 3}, "ArgumentError: no three"]])
  end
end
