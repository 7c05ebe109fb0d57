# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Connectors::SinkEnd do
  let(:arrived) { [] }

  def sink(&) = Class.new(ActiveDataFlow::Connector::Sink, &).new

  def batch(*rows) = ActiveDataFlow::Native::Batch.new(%w[id name]).tap { |one| rows.each { |row| one.push_row(row) } }

  def writer(sink, names = %w[id name], rows = nil)
    described_class.new(sink).writer(names, :insert).tap { |one| one.prepare(rows) }
  end

  it "hands over Hashes with Symbol keys, of the columns that are written" do
    list = arrived
    rows = batch([1, "Ada"], [2, "Bob"])
    expect(writer(->(row) { list << row }, %w[name]).write(nil, rows, 0, 1)).to eq(new: 2, updated: 0, unchanged: 0, skipped: 0)
    expect(list).to eq([{name: "Ada"}, {name: "Bob"}])
  end

  it "hands over what the steps have made of the row" do
    list = arrived
    rows = batch([1, "Ada"])
    rows.rename("name", "first_name")
    rows.set(0, "id", 10)
    writer(->(row) { list << row }, %w[id first_name]).write(nil, rows, 0, 0)
    expect(list).to eq([{id: 10, first_name: "Ada"}])
  end

  it "gives the whole batch to write_batch where that is written, under a key of the batch and the rows" do
    list = arrived
    one = sink { define_method(:write_batch) { |rows, idempotency_key: nil| list << [rows, idempotency_key] } }
    ends = described_class.new(one)
    ends.batch_key = "31/int:7"
    ends.writer(%w[id name], :insert).write(nil, batch([1, "Ada"], [2, "Bob"]), 0, 1)
    expect(list).to eq([[[{id: 1, name: "Ada"}, {id: 2, name: "Bob"}], "31/int:7/0-1"]])
  end

  it "gives no key to a write_batch that takes none, and none where the engine has not set one" do
    list = arrived
    writer(sink { define_method(:write_batch) { |rows| list << rows.size } }).write(nil, batch([1, "Ada"]), 0, 0)
    writer(sink { define_method(:write_batch) { |rows, idempotency_key: 1| list << idempotency_key } }).write(nil, batch([1, "Ada"]), 0, 0)
    expect(list).to eq([1, nil])
  end

  it "flushes before it says what it has written" do
    list = arrived
    one = sink do
      define_method(:write) { |row| list << row[:id] }
      define_method(:flush) { list << :flushed }
    end
    writer(one).write(nil, batch([1, "Ada"], [2, "Bob"]), 0, 1)
    expect(list).to eq([1, 2, :flushed])
  end

  it "counts exactly where the sink says what became of a row", req: "E-34" do
    one = sink do
      def write(row) = row[:id]

      def reports_collisions? = true
    end
    rows = batch([0, "nobody knows"], [1, "new"], [2, "updated"], [3, "redundant"], [nil, "no result"])
    expect(writer(one).write(nil, rows, 0, 4)).to eq(new: 3, updated: 1, unchanged: 1, skipped: 0)
  end

  it "believes the counts of write_batch when they add up" do
    counts = {new: 1, unchanged: 1}
    one = sink { define_method(:write_batch) { |_rows| counts } }
    rows = batch([1, "Ada"], [2, "Bob"])
    expect(writer(one).write(nil, rows, 0, 1)).to eq(new: 1, updated: 0, unchanged: 1, skipped: 0)
    counts = {new: 7}
    expect(writer(one).write(nil, rows, 0, 1)).to eq(new: 2, updated: 0, unchanged: 0, skipped: 0)
    counts = {other: 2}
    expect(writer(one).write(nil, rows, 0, 1)).to eq(new: 2, updated: 0, unchanged: 0, skipped: 0)
  end

  it "blames the row whose write raised, and says it as the database would" do
    one = writer(->(row) { raise ArgumentError, "no name" unless row[:name] })
    rows = batch([1, "Ada"], [2, nil])
    error = ArgumentError.new("no name")
    expect { one.write(nil, rows, 0, 1) }.to raise_error(error.class, error.message)
    expect([one.row_error?(error, nil), one.row_of(error), one.column_of(error), one.reason_of(error)]).to eq([true, 1, nil, "ArgumentError: no name"])
  end

  it "blames no row for a lost connection, for what the gem itself raises, and for a flush" do
    [Errno::ECONNRESET.new, IOError.new, Timeout::Error.new, ActiveDataFlow::Throttled.new(wait: 1)].each do |error|
      one = writer(->(_row) { raise error })
      expect { one.write(nil, batch([1, "Ada"]), 0, 0) }.to raise_error(error)
      expect(one.row_error?(error, nil)).to be(false)
    end
    one = writer(sink do
      def write(row) = row

      def flush = raise(ArgumentError, "full")
    end)
    expect { one.write(nil, batch([1, "Ada"]), 0, 0) }.to raise_error(ArgumentError, "full")
    expect(one.row_error?(ArgumentError.new("full"), nil)).to be(false)
  end

  it "hands no row over twice, when the commit is tried again" do
    list = arrived
    rows = batch([1, "Ada"], [2, "Bob"])
    [->(row) { list << row[:id] }, sink { define_method(:write_batch) { |given| list.concat(given.map { |row| row[:id] }) } }].each do |target|
      list.clear
      one = writer(target)
      expect(Array.new(2) { one.write(nil, rows, 0, 1) }).to all(eq(new: 2, updated: 0, unchanged: 0, skipped: 0))
      expect(list).to eq([1, 2])
      one.prepare(rows)
      one.write(nil, rows, 0, 1)
      expect(list).to eq([1, 2, 1, 2])
    end
  end

  it "counts a batch that was halved once, when its commit is tried again" do
    one = writer(sink { def write_batch(rows) = (raise ArgumentError if rows.size > 1) })
    rows = batch([1, "Ada"], [2, "Bob"])
    expect { one.write(nil, rows, 0, 1) }.to raise_error(ArgumentError)
    expect([one.write(nil, rows, 0, 0)[:new], one.write(nil, rows, 1, 1)[:new], one.write(nil, rows, 0, 1)[:new]]).to eq([1, 1, 2])
  end

  it "hands rows over again when what was written went back with the transaction" do
    list = arrived
    connection = Class.new { def transaction(requires_new:) = yield }.new
    one = writer(->(row) { list << row[:id] })
    2.times { one.savepoint(connection) { one.write(connection, batch([1, "Ada"]), 0, 0) } }
    expect(list).to eq([1, 1])
  end

  it "says of something to call what the engine has to know" do
    ends = described_class.new(->(row) { row })
    expect([ends.pool, ends.key, ends.mode, ends.writer_name(:insert), ends.check(%w[a], from: "x", mode: :insert)]).to eq([nil, nil, :insert, "connector", %w[a]])
  end

  # Something to call, with a line that says no more than this.
  def lined(**said)
    usual = {name: nil, block: nil, key: nil, mode: nil, callbacks: false, record_timestamps: true, max_deletes: :by_mode, connection: nil, role: nil, shard: nil}
    described_class.new(->(row) { row }, ActiveDataFlow::Flow::SinkLine.new(**usual, **said))
  end

  it "refuses what a sink line can only say of tables" do
    expect(lined(key: ["id"]).key).to eq(["id"])
    {mode: :mirror, max_deletes: 5, record_timestamps: false}.each do |option, value|
      expect { lined(option => value) }
        .to raise_error(ActiveDataFlow::ConfigurationError, /#{option}: is for tables; a connector takes its options in its constructor/)
    end
  end

  it "refuses a key that the rows do not bring, where it is known what they bring" do
    ends = lined(key: %w[id shop])
    expect { ends.check(%w[id number]) }.to raise_error(ActiveDataFlow::ConfigurationError, /key: names shop, which the rows do not bring; they bring id, number\.\z/)
    expect([ends.check(%w[shop id]), ends.check(%w[id], known: false)]).to eq([%w[shop id], %w[id]])
  end
end
