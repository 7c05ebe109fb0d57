# frozen_string_literal: true

# What every sink keeps. The host gives `sink`, `rows` (at least four, Hashes with Symbol keys that the sink takes), and
# `written`, what has arrived, as such Hashes. Where there is a row that the sink refuses, `bad_row` is one.
#
#   RSpec.describe MySink do
#     let(:sink) { described_class.new(url:) }
#     let(:rows) { (1..4).map { |id| {id:, name: "n#{id}"} } }
#
#     def written = Server.rows
#
#     it_behaves_like "a sink connector"
#   end
RSpec.shared_examples "a sink connector" do
  def refused_row = respond_to?(:bad_row) ? bad_row : nil

  def read_back? = respond_to?(:readable_back) ? readable_back : true

  let(:sink_end) { ActiveDataFlow::Connectors::SinkEnd.new(sink) }

  def batch_of(list)
    batch = ActiveDataFlow::Native::Batch.new(list.flat_map(&:keys).uniq)
    list.each { |row| batch.push_hash(row) }
    batch
  end

  # Writes as a flow does: the batch, and when a row is refused what is left around it.
  # @return [Array] the counts, and the numbers of the rows that were refused
  def write(batch, first = 0, last = batch.size - 1, writer = nil)
    writer ||= sink_end.writer(batch.outputs, sink_end.mode).tap { |new_one| new_one.prepare(batch) }
    [writer.savepoint(nil) { writer.write(nil, batch, first, last) }, []]
  rescue => error
    raise unless writer.row_error?(error)

    around(batch, first, last, writer, writer.row_of(error))
  end

  def around(batch, first, last, writer, row)
    row ||= first if first == last
    parts = row ? [[first, row - 1], [row + 1, last]] : [[first, (first + last) / 2], [(first + last) / 2 + 1, last]]
    batch.reject(row) if row
    results = parts.reject { |from, to| from > to }.map { |from, to| write(batch, from, to, writer) }
    [results.map(&:first).reduce({new: 0, updated: 0, unchanged: 0, skipped: 0}) { |sum, counts| sum.merge(counts) { |_name, one, more| one + more } },
      [row, *results.flat_map(&:last)].compact]
  end

  it "writes a row" do
    sink.write(rows.first)
    sink.flush
    expect(written).to eq(rows.first(1))
  end

  it "takes Hashes with String or Symbol keys and both kinds of messages", req: "E-06" do
    sink.write(rows[0].transform_keys(&:to_s))
    sink.write(ActiveDataFlow::Message::Untyped.new(rows[1], metadata: {id: 1}))
    sink.write(ActiveDataFlow::Message::Typed.new(rows[2].transform_keys(&:to_s), schema: {id: :integer}))
    sink.flush
    expect(written).to eq(rows.first(3))
  end

  it "writes several rows at once" do
    sink.write_batch(rows)
    sink.flush
    expect(written).to eq(rows)
  end

  it "takes no rows at all" do
    sink.write_batch([])
    sink.flush
    expect(written).to eq([])
  end

  it "writes the rows of a flow's batch that are still on their way, and counts them" do
    batch = batch_of(rows)
    batch.filter(1)
    counts, refused = write(batch)
    expect([counts.values.sum, counts.keys, refused]).to eq([rows.size - 1, %i[new updated unchanged skipped], []])
    expect(written).to eq(rows.values_at(0, *2...rows.size))
  end

  it "writes each row once, when one of them is refused" do
    skip "it refuses no row" unless refused_row

    counts, refused = write(batch_of([*rows.first(2), refused_row, *rows.drop(2)]))
    expect([counts.values.sum, refused]).to eq([rows.size, [2]])
    expect(written).to eq(rows)
  end

  it "can be written to again after it was closed" do
    sink.write(rows[0])
    sink.flush
    sink.close
    sink.write(rows[1])
    sink.flush
    expect(written).to eq(rows.first(2))
  end

  it "is found again from what it wrote down, or says why it cannot be" do
    if read_back?
      again = ActiveDataFlow::Connector::Sink.from_json(JSON.generate(sink.as_json))
      expect(again).to be_an_instance_of(sink.class)
      again.write(rows.first)
      again.flush
      expect(written).to eq(rows.first(1))
    else
      expect { sink.as_json }.to raise_error(ArgumentError, /cannot be written as JSON/)
    end
  end
end
