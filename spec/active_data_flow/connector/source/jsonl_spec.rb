# frozen_string_literal: true

require "stringio"

RSpec.describe ActiveDataFlow::Connector::Source::JSONL do
  let(:folder) { Dir.mktmpdir.tap { |folder| @folder = folder } }
  let(:expected) { (1..7).map { |number| {number:, name: "n\n\"#{number}\"", paid: number.odd?} } }
  let(:text) { "\uFEFF" + expected.map { |row| "#{JSON.generate(row)}\r\n" }.join("\n") }

  after { FileUtils.rm_rf(@folder) if @folder }

  def file(text = self.text) = File.join(folder, "orders.jsonl").tap { |path| File.binwrite(path, text) }

  def rows(text) = described_class.new(StringIO.new(text)).to_a

  describe "of a path" do
    let(:source) { described_class.new(file) }

    it_behaves_like "a source connector"
  end

  describe "of an IO" do
    let(:source) { described_class.new(StringIO.new(text)) }
    let(:readable_back) { false }

    it_behaves_like "a source connector"
  end

  it "gives each row what it brings, in one batch with those that bring the same, in whatever order" do
    text = %({"a":1,"b":2}\n{"b":4,"a":3}\n{"a":5}\n{}\n{"c":6,"c":7}\n)
    expect(rows(text)).to eq([{a: 1, b: 2}, {a: 3, b: 4}, {a: 5}, {}, {c: 7}])
    reader = described_class.new(StringIO.new(text)).source_end.reader
    pages = 4.times.map { reader.next(10).then { |page| [page.batch.size, page.batch.source_names, page.lacking] } }
    expect(pages).to eq([[2, %w[a b], []], [1, %w[a b], %w[b]], [1, %w[a b], %w[a b]], [1, %w[c a b], %w[a b]]])
  end

  it "takes values as what they are: numbers to the last digit, texts, lists and objects" do
    line = %({"i":-9007199254740993,"d":1.10,"big":123456789012345678901234567890123456789012345,"e":1e3,"t":"\\u00e9\\ud83d\\ude00\\/\\n","f":false,"n":null,"l":[1,{"a":"]"}],"o":{}})
    expect(rows(line)).to eq([{i: -9_007_199_254_740_993, d: BigDecimal("1.10"), big: 123456789012345678901234567890123456789012345, e: 1000.0, t: "é😀/\n", f: false, n: nil, l: [1, {"a" => "]"}], o: {}}])
  end

  it "takes what JSON's own parser takes, and refuses what that refuses" do
    random = Random.new(7)
    signs = ["{", "}", "[", "]", ":", ",", '"', '"a"', "\\", "1", "0", "-", ".", "e", "true", "null", " ", "\\u00", "x"]
    lines = Array.new(20_000) { "{#{Array.new(random.rand(8)) { signs.sample(random:) }.join}}" } + ['{"a":01}', '{"a":1.}', '{"a":.1}', '{"a":"\\ud800"}', '{"a":1} x', "{\"a\":\"\t\"}"]
    lines.each do |line|
      theirs = begin
        JSON.parse(line, allow_nan: false, decimal_class: BigDecimal)
      rescue JSON::ParserError
        nil
      end
      ours = begin
        rows(line).first&.transform_keys(&:to_s)
      rescue ActiveDataFlow::RowError
        nil
      end
      next if theirs.nil? && ["{\"a\":\"\t\"}", '{"a":"\\ud800"}'].include?(line)

      expect(ours).to eq(theirs), line
    end
  end

  it "says which line is none, and why" do
    {"{\"a\":1}\n[1]\n" => "StringIO:2 is no JSON: an object is expected at character 1", "{\"a\" 1}\n" => "StringIO:1 is no JSON: a colon is expected at character 6",
     "{\"a\":1,}\n" => "StringIO:1 is no JSON: a text in quotes is expected at character 8", "\n{\"a\":\"\xFF\"}" => "StringIO:2 is not UTF-8",
     "{\"a\":#{"[" * 200}" => "StringIO:1 is nested deeper than 100 times"}.each do |text, message|
      expect { rows(text) }.to raise_error(ActiveDataFlow::RowError, message)
    end
  end

  it "refuses another encoding" do
    expect { rows("\uFEFF{}".encode("UTF-16LE")) }.to raise_error(ActiveDataFlow::ConfigurationError, "StringIO is UTF-16LE; JSON is UTF-8. Write: iconv -f UTF-16LE -t UTF-8")
  end
end
