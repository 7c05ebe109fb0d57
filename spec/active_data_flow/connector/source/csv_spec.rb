# frozen_string_literal: true

require "pathname"
require "stringio"

RSpec.describe ActiveDataFlow::Connector::Source::CSV do
  let(:folder) { Dir.mktmpdir.tap { |folder| @folder = folder } }
  let(:expected) { (1..7).map { |number| {number: number.to_s, name: "n#{number},\nof 7"} } }
  let(:text) { "\uFEFFnumber;name\r\n" + expected.map { |row| "#{row[:number]};\"#{row[:name]}\"\r\n" }.join("\r\n") }

  after { FileUtils.rm_rf(@folder) if @folder }

  def file(text = self.text, name = "contacts.csv") = File.join(folder, name).tap { |path| File.binwrite(path, text) }

  # @return [Array<Hash>]
  def rows(text, **options) = described_class.new(StringIO.new(text), **options).to_a

  def refusal(text, **options)
    described_class.new(StringIO.new(text), **options).columns
    nil
  rescue => error
    [error.class, error.message]
  end

  describe "of a path" do
    let(:source) { described_class.new(file, col_sep: ";") }

    it_behaves_like "a source connector"

    it "takes a Pathname as well", req: "E-03" do
      expect(described_class.new(Pathname(file), col_sep: ";").to_a).to eq(expected)
    end
  end

  describe "of an IO" do
    let(:source) { described_class.new(StringIO.new(text), col_sep: ";") }
    let(:readable_back) { false }

    it_behaves_like "a source connector"
  end

  describe "of a file that is open" do
    let(:source) { described_class.new(File.open(file), col_sep: ";") }
    let(:readable_back) { false }

    it_behaves_like "a source connector"
  end

  describe "of UTF-16 with pages of any size" do
    let(:source) { described_class.new(file(text.encode("UTF-16LE")), col_sep: ";") }

    it_behaves_like "a source connector"
  end

  it "reads a pipe, whose bytes come once, and does not go back in it" do
    reader, writer = IO.pipe
    writer.write("number\n1\n2\n")
    writer.close
    source = described_class.new(reader)
    expect(source.columns).to eq(["number"])
    expect(source.to_a).to eq([{number: "1"}, {number: "2"}])

    long, writer = IO.pipe
    thread = Thread.new { writer.write("number\n", "1\n" * 100_000) && writer.close }
    source = described_class.new(long)
    expect(source.first(100_000).size).to eq(100_000)
    expect { source.to_a }.to raise_error(ActiveDataFlow::ConfigurationError, /is a pipe, whose bytes come once/)
  ensure
    thread&.join
  end

  it "tells an empty text from no value, and takes a quote inside of a text as it is" do
    expect(rows(%(a,b,c\n,"",5" disc\n))).to eq([{a: nil, b: "", c: '5" disc'}])
  end

  it "takes other separators and quotes, and none" do
    expect(rows("a\tb\n'x\ty'\tz\n", col_sep: "\t", quote_char: "'")).to eq([{a: "x\ty", b: "z"}])
    expect(rows(%(a,b\n"x,y"\n), quote_char: nil)).to eq([{a: '"x', b: 'y"'}])
  end

  it "takes names that are given, and the first line as a row then" do
    expect(rows("1,Ada\n", headers: [:id, "name"])).to eq([{id: "1", name: "Ada"}])
  end

  it "reads other encodings, and believes a byte order mark more than the option" do
    {"Windows-1252" => "é–€", "ISO-8859-15" => "é€", "Shift_JIS" => "表,ソ".delete(","), "EUC-JP" => "漢字", "GBK" => "汉字", "Big5" => "漢字", "UTF-16BE" => "é😀", "KOI8-R" => "Привет"}.each do |name, value|
      expect(rows("a,b\n#{value},1\n".encode(name), encoding: name)).to eq([{a: value, b: "1"}]), name
    end
    expect(rows("\uFEFFa\né\n", encoding: "Windows-1252")).to eq([{a: "é"}])
    expect(rows("a\n\xE9\n".b, encoding: Encoding::WINDOWS_1252)).to eq([{a: "é"}])
  end

  it "says which line is no row, and of which column the bytes are no text" do
    expect { rows("a,b\n1,2\n3\n") }.to raise_error(ActiveDataFlow::RowError, "StringIO:3 has 1 fields where there are 2 columns")
    expect { rows("a,b\n1,\xFC\n") }.to raise_error(ActiveDataFlow::RowError, "StringIO:2 b: is not UTF-8")
  end

  it "refuses a first line that cannot be the names of columns, and says what to write" do
    expect(refusal("")).to eq([ActiveDataFlow::ConfigurationError, "StringIO has no line with the names of its columns. Where its first line is none of names, or not a good one, write: headers: [:number, :name, ...]"])
    expect(refusal("a,b,a\n")).to match([ActiveDataFlow::ConfigurationError, /has two columns that are called a\./])
    expect(refusal("a,,b\n")).to match([ActiveDataFlow::ConfigurationError, /has no name for its column 2\./])
    expect(refusal("a,\xFC\n")).to match([ActiveDataFlow::ConfigurationError, /does not say what its columns are called: a name that is not UTF-8\./])
    expect(refusal(%("a"b,c\n))).to match([ActiveDataFlow::ConfigurationError, /something stands between the quote/])
  end

  it "refuses what is no text, and says what to do with it" do
    expect(refusal("\x1F\x8B\x08\x00".b)).to eq([ActiveDataFlow::ConfigurationError, "StringIO is compressed (gzip), and nobody can go on in the middle of that. Decompress it first: gunzip -k StringIO"])
    expect(refusal("PK\x03\x04")).to match([ActiveDataFlow::ConfigurationError, /ZIP archive, as spreadsheets are/])
    expect { described_class.new(File.join(folder, "none.csv")).columns }.to raise_error(ActiveDataFlow::ConfigurationError, /none\.csv cannot be read: No such file/)
  end

  it "refuses options that cannot be, where it is made", req: "E-03" do
    {"x" => [{col_sep: "||"}, /col_sep: takes one ASCII character, not "\|\|"/], "y" => [{encoding: "UTF-7"}, /encoding: "UTF-7" is none that can be read from the middle/],
     "z" => [{col_sep: "|", encoding: "Shift_JIS"}, /col_sep: '\|' cannot be told from other text in Shift_JIS/], "s" => [{col_sep: '"'}, /are the same/],
     "h" => [{headers: false}, /headers: is true, .* not false/], "o" => [{colsep: ";"}, /has no attribute :colsep; .*Did you mean :col_sep\?/]}.each do |path, (options, message)|
      expect { described_class.new(path, **options) }.to raise_error(ArgumentError, message)
    end
    expect { described_class.new }.to raise_error(ArgumentError, /needs file:/)
    expect { described_class.new(5) }.to raise_error(ArgumentError, /as its path, as an IO, or as an attachment of ActiveStorage, not as 5/)
  end

  describe "a file that has changed" do
    # @return [ActiveDataFlow::Files::Pages] behind the third row of what the file was, in what it is now
    def go_on(before, now, path = file(before), touch: false)
      pages = described_class.new(path).pages
      pages.fill(batch = ActiveDataFlow::Native::Batch.new(["a"]), 3)
      place = ActiveDataFlow::Native.decode_position(pages.position(2))
      pages.close
      time = File.mtime(path)
      File.write(path, now)
      File.utime(time, touch ? time + 1 : time, path)
      described_class.new(path).pages(after: place).tap { |rest| rest.fill(batch.clear, 10) }
      batch.values("a")
    end

    it "goes on in one that has only grown" do
      expect(go_on("a\n1\n2\n3\n4\n", "a\n1\n2\n3\n4\n5\n", touch: true)).to eq(%w[4 5])
      ["\n", "\r\n", "\r"].each { |line_end| expect(go_on("a\n1\n2\n3", "a\n1\n2\n3#{line_end}4\n", touch: true)).to eq(%w[4]) }
      expect(go_on("a\r\n1\r\n2\r\n3\r", "a\r\n1\r\n2\r\n3\r\n4\r\n", touch: true)).to eq(%w[4])
    end

    it "is refused where it has grown in the middle of the last line that was read", req: "E-03" do
      {"1\n2\n3" => "1\n2\n34\n5\n", "1\r2\r3" => "1\r2\r3,4\r"}.each do |before, now|
        expect { go_on("a\n#{before}", "a\n#{now}", touch: true) }.to raise_error(ActiveDataFlow::SourceChanged, /up to line 5, and its last line goes on now, .*restart: true/)
      end
      wide = %W[a\n1\n2\n3 a\n1\n2\n34\n a\n1\n2\n3\n4\n].map { |text| "\uFEFF#{text}".encode("UTF-16LE").b }
      expect { go_on(wide[0], wide[1], touch: true) }.to raise_error(ActiveDataFlow::SourceChanged, /its last line goes on now/)
      expect(go_on(wide[0], wide[2], touch: true)).to eq(%w[4])
    end

    it "is refused when it is shorter, has other bytes before the place, or as many bytes and another time" do
      {["a\n1\n2\n3\n4\n", "a\n1\n"] => /is shorter now/, ["a\n1\n2\n3\n4\n", "a\n1\n5\n3\n4\n6\n"] => /has other bytes before it now/,
       ["a\n1\n2\n3\n4\n", "a\n1\n2\n3\n5\n"] => /was changed since/}.each do |(before, now), why|
        expect { go_on(before, now, touch: true) }.to raise_error(ActiveDataFlow::SourceChanged, /\Acontacts\.csv was read up to line 5, and .*#{why}.*run_now\(restart: true\)/)
      end
    end
  end
end
