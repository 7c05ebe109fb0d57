# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Connector::Source::Enumerable do
  let(:expected) { (1..7).map { |number| {number:} } }
  let(:readable_back) { false }

  {
    "an Array" => ->(rows) { rows }, "a lazy Enumerator" => ->(rows) { rows.lazy.map(&:itself) },
    "something with each" => ->(rows) { Struct.new(:rows) { def each(&) = rows.each(&) }.new(rows) },
    "messages" => ->(rows) { rows.map { |row| ActiveDataFlow::Message::Untyped.new(row) } }
  }.each do |name, make|
    describe "of #{name}" do
      let(:source) { described_class.new(make.call(expected)) }

      it_behaves_like "a source connector"
    end
  end

  it "may be empty" do
    expect(described_class.new.to_a).to eq([])
    expect(ActiveDataFlow::Connectors::SourceEnd.new(described_class.new([])).reader.next(10)).to be_nil
  end

  it "goes through its rows once, however many batches are made of them" do
    begun = 0
    rows = Enumerator.new { |yielder| (begun += 1) && 100.times { |id| yielder << {id:} } }
    reader = ActiveDataFlow::Connectors::SourceEnd.new(described_class.new(rows)).reader
    nil while reader.next(7)
    expect(begun).to eq(1)
  end

  it "refuses what has no each" do
    expect { described_class.new(7) }.to raise_error(ArgumentError, /takes an Enumerable of rows, not 7/)
  end
end
