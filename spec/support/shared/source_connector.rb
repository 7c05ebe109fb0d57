# frozen_string_literal: true

# What every source of rows keeps. The host gives `source`, with at least five rows that do not change, and `expected`,
# what they are as Hashes with Symbol keys, in order. Where rows cannot be told apart by JSON, `readable_back` is false.
#
#   RSpec.describe MySource do
#     let(:source) { described_class.new(url:) }
#     let(:expected) { (1..7).map { |id| {id:, name: "n#{id}"} } }
#
#     it_behaves_like "a source connector"
#   end
RSpec.shared_examples "a source connector" do
  def read_back? = respond_to?(:readable_back) ? readable_back : true

  # @return [Array<Hash>]
  def plain(rows) = rows.map { |row| ActiveDataFlow::Message.row(row) }

  # Reads as a flow does, one batch after the other.
  # @return [Array<Array>] rows of each batch, and the position behind it as it is stored
  def read(limit, stored = nil, most: 1000)
    reader = ActiveDataFlow::Connectors::SourceEnd.new(source).reader(after: stored && ActiveDataFlow::Native.decode_position(stored))
    batches = []
    while batches.size < most && (page = reader.next(limit))
      rows = page.batch.size.zero? ? [] : page.batch.hashes(0, page.batch.size - 1) # a page may have none
      batches << [rows.map { |row| row.transform_keys(&:to_sym) }, page]
    end
    batches
  ensure
    reader&.close
  end

  it "yields all rows, in the same order each time" do
    expect(plain(source.to_a)).to eq(expected)
    expect(plain(source.to_a)).to eq(expected)
    rows = []
    source.each { |row| rows << row }
    expect(plain(rows)).to eq(expected)
  end

  it "is Enumerable" do
    expect(plain(source.first(2))).to eq(expected.first(2))
    expect(source.count).to eq(expected.size)
  end

  it "gives the same rows to a flow, whatever the size of its batches" do
    [1, 2, 3, expected.size, expected.size + 1, 1000].each do |limit|
      expect(read(limit).flat_map(&:first)).to eq(expected)
    end
  end

  it "goes on behind each row where a run can have stopped, without a row lost or doubled" do
    seen = 0
    read(2).each do |rows, page|
      rows.each_index do |index|
        seen += 1
        rest = read(3, page.positions.call(index)).flat_map(&:first)
        expect(rest).to eq(expected.drop(seen))
      end
      expect(page.positions.call(rows.size - 1)).to eq(page.upto) if rows.any?
    end
    expect(seen).to eq(expected.size)
  end

  it "says another position after each batch" do
    positions = read(1).map { |_rows, page| page.upto }
    expect(positions.uniq).to eq(positions)
  end

  it "can be read again after it was closed" do
    read(2, most: 1)
    source.close
    expect(read(2).flat_map(&:first)).to eq(expected)
  end

  it "is found again from what it wrote down, or says why it cannot be" do
    if read_back?
      again = ActiveDataFlow::Connector::Source.from_json(JSON.generate(source.as_json))
      expect(again).to be_an_instance_of(source.class)
      expect(plain(again.to_a)).to eq(expected)
    else
      expect { source.as_json }.to raise_error(ArgumentError, /cannot be written as JSON/)
    end
  end

  it "says what its positions belong to, the same in every process" do
    identity = ActiveDataFlow::Connectors::SourceEnd.new(source).description
    expect(JSON.parse(JSON.generate(identity))).to include("kind" => "connector", "class" => source.class.name)
    expect(JSON.generate(ActiveDataFlow::Connectors::SourceEnd.new(source).description)).to eq(JSON.generate(identity))
  end
end
