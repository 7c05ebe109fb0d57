# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Connector::Sink::Lambda do
  arrived = []
  before { arrived.clear }

  let(:sink) { ActiveDataFlow::LambdaSink.new { |row| row[:name] ? arrived << row : raise(ArgumentError, "no name") } }
  let(:rows) { (1..5).map { |id| {id:, name: "n#{id}"} } }
  let(:bad_row) { {id: 9, name: nil} }
  let(:readable_back) { false }

  define_method(:written) { arrived }

  it_behaves_like "a sink connector"

  it "takes a callable or a block, and one of both" do
    sink = described_class.new(->(row) { row[:id] })
    expect(sink.write("id" => 7)).to eq(7)
    expect { described_class.new }.to raise_error(ArgumentError, /needs something to call/)
    expect { described_class.new(7) }.to raise_error(ArgumentError, /needs something to call/)
    expect { described_class.new(:call) { |row| row } }.to raise_error(ArgumentError, /not both/)
  end

  it "counts each row as new, whatever the block returns" do
    ends = ActiveDataFlow::Connectors::SinkEnd.new(->(_row) { ActiveDataFlow::Connector::Sink::Collision::UPDATED_TRANSFORMED_RECORD })
    batch = ActiveDataFlow::Native::Batch.new(%w[id]).tap { |rows| rows.push_row([1]) }
    expect(ends.writer(%w[id]).write(nil, batch, 0, 0)).to eq(new: 1, updated: 0, unchanged: 0, skipped: 0)
  end
end
