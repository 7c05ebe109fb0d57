# frozen_string_literal: true

require "bigdecimal"
require "date"
require "support/native"

RSpec.describe "Positions of a cursor" do
  include NativeSupport

  native = ActiveDataFlow::Native
  uuid = "0190b6f2-6d3c-7cc0-a6b0-0242ac120002"

  {
    42 => "int:42",
    -2**200 => "int:-#{2**200}",
    1.5 => "float:1.5",
    -Float::INFINITY => "float:-Infinity",
    BigDecimal("12.50") => "decimal:12.5",
    BigDecimal("NaN") => "decimal:NaN",
    "a \"ß\"\n\0" => 'str:"a \"ß\"\n\u0000"',
    "\x00\xff".b => "bytes:00ff",
    Time.at(1_767_323_045, 123_456_789, :nsec).utc => "time:2026-01-02T03:04:05.123456789Z",
    Time.utc(-44, 3, 15) => "time:-0044-03-15T00:00:00.000000000Z",
    Time.utc(12026) => "time:12026-01-01T00:00:00.000000000Z",
    Date.new(2026, 1, 2) => "date:2026-01-02",
    Date.new(-1, 12, 31, Date::GREGORIAN) => "date:-0001-12-31",
    [1, nil, "b", true] => '[int:1, null, str:"b", bool:true]',
    [""] => '[str:""]'
  }.each do |value, text|
    it "are written as #{text}, and come back" do
      expect(native.encode_position(value, nil)).to eq(text)
      back = native.decode_position(text)
      expect(back.class).to eq(value.class)
      expect(native.encode_position(back, nil)).to eq(text)
      expect(back).to eq(value) unless text.end_with?("NaN")
    end
  end

  it "come back with the nanoseconds, in UTC, and with the encoding" do
    at = Time.new(2026, 1, 2, 3, 4, Rational(5_000_000_001, 1_000_000_000), "+05:30")
    back = native.decode_position(native.encode_position(at, nil))
    expect(back).to eq(at).and be_utc
    expect(back.nsec).to eq(1)
    expect(native.decode_position('str:"ä"').encoding).to eq(Encoding::UTF_8)
    expect(native.decode_position("bytes:61").encoding).to eq(Encoding::BINARY)
    expect(native.decode_position("[int:1]")).to eq([1])
  end

  it "take a UUID for one when they are told so, and give it back as its text" do
    expect(native.encode_position(uuid.upcase, ["uuid"])).to eq("uuid:#{uuid}")
    expect(native.encode_position([1, uuid], [nil, "uuid"])).to eq("[int:1, uuid:#{uuid}]")
    expect(native.encode_position([nil], [:uuid])).to eq("[null]")
    expect(native.decode_position("[int:1, uuid:#{uuid}]")).to eq([1, uuid])
    expect(native.encode_position(uuid, nil)).to eq("str:\"#{uuid}\"")
    expect { native.encode_position("x", ["uuid"]) }.to raise_error(ArgumentError, '"x" is not a UUID')
    expect { native.encode_position("x", ["guid"]) }.to raise_error(ArgumentError, /"guid" is no kind of a part; there are "uuid"/)
  end

  it "are refused when nothing can be read after them" do
    expect { native.encode_position(nil, nil) }.to raise_error(ArgumentError, /not null; only inside a list/)
    expect { native.encode_position([], nil) }.to raise_error(ArgumentError, /an empty list is none/)
    [:id, {}, [[1]], 1r, Object.new, DateTime.now].each do |value|
      expect { native.encode_position(value, nil) }.to raise_error(TypeError, /\Aa position is an Integer, Float, .* not \w+\z/)
    end
    expect { native.encode_position("\xff", nil) }.to raise_error(ArgumentError, /has to be valid UTF-8, or binary/)
    expect { native.encode_position("é".encode("Windows-1252"), nil) }.to raise_error(ArgumentError, /encode it as UTF-8/)
    expect { native.encode_position(BigDecimal("1e999999999"), nil) }.to raise_error(ArgumentError, /at most 200000 digits/)
    expect { native.encode_position(Time.utc(10**12), nil) }.to raise_error(StandardError, /nine digits|out of/)
    expect { native.encode_position(Date.new(10**12), nil) }.to raise_error(ArgumentError, /nine digits/)
  end

  it "are read only from the text that is written" do
    {"int:007" => "it would be written int:7", "soon" => "a value begins with its kind", "" => "a value begins with its kind",
     "[int:1,int:2]" => "does not end with ]", "uuid:#{uuid.upcase}" => "it would be written uuid:#{uuid}"}.each do |text, why|
      expect { native.decode_position(text) }.to raise_error(ArgumentError, /\Acannot read #{Regexp.escape(text.inspect)} as a position: .*#{Regexp.escape(why)}/)
    end
    expect { native.decode_position(nil) }.to raise_error(TypeError)
    expect { native.decode_position("str:\"\xff\"") }.to raise_error(ArgumentError, /the text of a position is UTF-8/)
  end

  it "advance or are the same again" do
    expect(native.advances?("int:1", "int:2", %w[asc])).to be(true)
    expect(native.advances?("int:1", "int:2", [:desc])).to be(false)
    expect(native.advances?("int:2", "int:2", %w[asc])).to be(false)
    expect(native.advances?('str:"b"', 'str:"a"', %w[asc])).to be(true)
    expect(native.advances?("[int:1, int:5]", "[int:1, int:4]", %w[asc desc])).to be(true)
    expect { native.advances?("int:1", "int:2", %w[asc asc]) }.to raise_error(ArgumentError, /no two positions in an order by 2 columns/)
    expect { native.advances?("int:1", "2", %w[asc]) }.to raise_error(ArgumentError, /cannot read "2"/)
    expect { native.advances?("int:1", "int:2", %w[up]) }.to raise_error(ArgumentError, /"up" is no direction/)
  end

  it "are the same while the collector runs at every allocation" do
    script = <<~RUBY
      require "active_data_flow"
      require "bigdecimal"
      require "date"
      value = [2**70, 1.5, BigDecimal("1.5"), "text", "\\xff".b, Time.at(5, 7, :nsec).utc, Date.new(2026, 1, 2), nil]
      GC.stress = true
      texts = 3.times.map { ActiveDataFlow::Native.encode_position(value, nil) }
      back = 3.times.map { ActiveDataFlow::Native.decode_position(texts.first) }
      GC.stress = false
      print texts.uniq.size, back.all? { |one| one == value }
    RUBY
    expect(run_ruby(script)).to eq("1true")
  end
end
