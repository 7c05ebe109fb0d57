# frozen_string_literal: true

require "json"

RSpec.describe ActiveDataFlow::Connector::Sink::JSONL do
  let(:folder) { Dir.mktmpdir.tap { |folder| @folder = folder } }
  let(:path) { File.join(folder, "orders.jsonl") }
  let(:sink) { described_class.new(path) }
  let(:rows) { (1..5).map { |id| {id:, name: "n\n\"#{id}\""} } }
  let(:bad_row) { {id: 9, name: Float::NAN} }

  after { FileUtils.rm_rf(@folder) if @folder }

  def written = File.exist?("#{path}.part") ? File.readlines("#{path}.part").map { |line| JSON.parse(line, symbolize_names: true) } : []

  # @return [String] what a row is written as
  def line(row)
    sink.write(row)
    sink.complete
    File.read(path)
  end

  it_behaves_like "a sink connector"

  it "writes values so that JSON reads the same again" do
    row = {i: -9_007_199_254_740_993, d: BigDecimal("1.10"), big: 10**45, f: 1e300, t: "é\u0000\u001F\\\t", b: true, n: nil, bytes: "\xFF\x00".b,
           on: Date.new(2026, 1, 2), at: Time.utc(2026, 1, 2, 3, 4, 5.5r)}
    expect(JSON.parse(line(row), decimal_class: BigDecimal)).to eq("i" => -9_007_199_254_740_993, "d" => BigDecimal("1.1"), "big" => 10**45, "f" => BigDecimal("1e300"), "t" => "é\u0000\u001F\\\t",
      "b" => true, "n" => nil, "bytes" => "\\xff00", "on" => "2026-01-02", "at" => "2026-01-02T03:04:05.500000Z")
  end

  it "is read back by the source as it was" do
    sink.write_batch(rows)
    sink.complete
    expect(ActiveDataFlow::JSONLSource.new(path).to_a).to eq(rows)
  end

  it "says what no line can have" do
    expect { sink.write(a: Float::INFINITY) }.to raise_error(ArgumentError, "a is no number that JSON has")
    expect { sink.write(a: "\xFF") }.to raise_error(ArgumentError, "a is not UTF-8")
  end

  it "has one writer, and gives the file its name at the end" do
    sink.write_batch(rows)
    expect { described_class.new(path).write(rows[0]) }.to raise_error(ActiveDataFlow::Error, /orders\.jsonl\.part is being written by another process or flow/)
    expect(File.exist?(path)).to be(false)
    sink.complete
    expect([File.readlines(path).size, File.exist?("#{path}.part")]).to eq([5, false])
  end

  it "goes on at a checkpoint, and cuts off what is behind it" do
    sink.write(rows[0])
    checkpoint = JSON.parse(JSON.generate(sink.checkpoint))
    sink.write(rows[1])
    sink.close
    other = described_class.new(path)
    other.resume(checkpoint)
    other.write(rows[2])
    other.flush
    expect(written).to eq(rows.values_at(0, 2))
  end

  it "does not go on in a file that somebody else has written" do
    sink.write_batch(rows)
    checkpoint = sink.checkpoint
    sink.close
    File.write("#{path}.part", "x" * 1000)
    expect { sink.resume(checkpoint) }.to raise_error(ActiveDataFlow::SourceChanged, /is not as it was left: \d+ bytes of it were committed, and they are others now.*restart: true/)
    File.write("#{path}.part", "x")
    expect { sink.resume(checkpoint) }.to raise_error(ActiveDataFlow::SourceChanged, /and it has 1\./)
  end

  it "does not say that it is complete where the file could not get its name" do
    sink.write_batch(rows)
    FileUtils.mkdir_p(File.join(path, "in the way"))
    expect { sink.complete }.to raise_error(SystemCallError)
    expect(File.exist?("#{path}.part")).to be(true)
  end

  it "takes the place of no device or pipe, nor of a name for what the process has open, as /dev/stdout is" do
    pipe, stdout = %w[pipe stdout].map { |name| File.join(folder, name) }
    File.mkfifo(pipe)
    File.symlink("/proc/self/fd/1", stdout)
    [pipe, stdout].each do |name|
      expect { described_class.new(name).write(rows[0]) }.to raise_error(ActiveDataFlow::ConfigurationError, /\A#{name} is a device or a pipe, .* sink \{ \|row\| puts /)
    end
    expect(Dir.children(folder).sort).to eq(%w[pipe stdout])
    expect(File.ftype(pipe)).to eq("fifo")
  end

  it "leaves a file unreadable for those who could not read the one before" do
    File.write(path, "")
    File.chmod(0o600, path)
    line(rows[0])
    expect(File.stat(path).mode & 0o777).to eq(0o600)
  end

  it "says where it cannot write, and what is no path" do
    expect { described_class.new(File.join(folder, "none", "x")).write(rows[0]) }.to raise_error(ActiveDataFlow::ConfigurationError, /none\/x\.part cannot be written: No such file/)
    expect { described_class.new(folder).write(rows[0]) }.to raise_error(ActiveDataFlow::ConfigurationError, "#{folder} is a folder. Write the path of a file in it")
    expect { described_class.new(StringIO.new) }.to raise_error(ArgumentError, /writes to a path, not to #<StringIO/)
    expect { described_class.new }.to raise_error(ArgumentError, /needs path:/)
  end
end
