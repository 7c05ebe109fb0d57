# frozen_string_literal: true

RSpec.describe ActiveDataFlow::Connector::Sink::CSV do
  let(:folder) { Dir.mktmpdir.tap { |folder| @folder = folder } }
  let(:path) { File.join(folder, "orders.csv") }
  let(:sink) { described_class.new(path) }
  let(:rows) { (1..5).map { |id| {id:, name: "n,\n\"#{id}\""} } }
  let(:bad_row) { {id: 9, name: "\xFF"} }

  after { FileUtils.rm_rf(@folder) if @folder }

  def read(path) = ActiveDataFlow::CSVSource.new(path).to_a

  def written = File.exist?("#{path}.part") ? read("#{path}.part").map { |row| row.merge(id: Integer(row[:id])) } : []

  it_behaves_like "a sink connector"

  it "writes what the source reads as it was, with NULL and empty texts" do
    given = [{a: nil, b: "", c: "x"}, {a: " x ", b: "\r", c: "\"\""}]
    sink.write_batch(given)
    sink.complete
    expect(read(path)).to eq(given)
    expect(File.read(path)).to eq("a,b,c\n,\"\",x\n x ,\"\r\",\"\"\"\"\"\"\n")
  end

  it "takes other separators and quotes, and no line of names" do
    sink = described_class.new(path, col_sep: ";", quote_char: "'", headers: false)
    sink.write(a: "x;y", b: "it's", c: BigDecimal("1.10"), d: Time.utc(2026, 1, 2))
    sink.complete
    expect(File.read(path)).to eq("'x;y';'it''s';1.1;2026-01-02 00:00:00.000000\n")
  end

  it "has the columns of its first row: one that is missing is NULL, and another one is said" do
    sink.write(a: 1, b: 2)
    sink.write(b: 3)
    expect { sink.write(a: 1, c: 2) }.to raise_error(ArgumentError, "c is none of the file's columns, which are a, b")
    sink.complete
    expect(read(path)).to eq([{a: "1", b: "2"}, {a: nil, b: "3"}])
  end

  it "remembers its columns where a run goes on" do
    sink.write(a: 1, b: 2)
    checkpoint = JSON.parse(JSON.generate(sink.checkpoint))
    sink.close
    other = described_class.new(path)
    other.resume(checkpoint)
    other.write(b: 4, a: 3)
    other.complete
    expect(read(path)).to eq([{a: "1", b: "2"}, {a: "3", b: "4"}])
  end

  it "refuses options that cannot be" do
    expect { described_class.new(path, col_sep: "||") }.to raise_error(ArgumentError, /col_sep: takes one ASCII character/)
    expect { described_class.new(path, col_sep: '"') }.to raise_error(ArgumentError, /are the same/)
  end
end
