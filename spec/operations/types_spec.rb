# frozen_string_literal: true

require "bigdecimal"
require "date"

RSpec.describe Operations::Types, req: "O-50" do
  def cast(type, value) = described_class.fetch(type).cast(value)

  # The left column was given to ActiveModel 7.2, and the right one is what it made of it.
  {
    string: {5 => "5", 1.5 => "1.5", true => "t", false => "f", :a => "a", "" => "", "é" => "é", nil => nil},
    text: {5 => "5", nil => nil},
    immutable_string: {5 => "5", true => "t", nil => nil},
    integer: {"7" => 7, " 7 " => 7, "12abc" => 12, "abc" => 0, "1_000" => 1000, "-3" => -3, "1.9" => 1, 1.9 => 1, "" => nil, "  " => nil,
              true => 1, false => 0, :seven => nil, Float::NAN => nil, Float::INFINITY => nil, [] => nil, 10**20 => 10**20, nil => nil},
    big_integer: {(2**70).to_s => 2**70},
    float: {"1.5" => 1.5, "1.5kg" => 1.5, "abc" => 0.0, "" => nil, "Infinity" => Float::INFINITY, 7 => 7.0, true => 1.0, nil => nil},
    decimal: {"1.25" => BigDecimal("1.25"), "12abc" => BigDecimal(12), "abc" => BigDecimal(0), "" => nil, 7 => BigDecimal(7),
              0.1 => BigDecimal("0.1"), true => BigDecimal(1), :sym => BigDecimal(0), nil => nil},
    boolean: {"0" => false, "f" => false, "false" => false, "off" => false, "OFF" => false, 0 => false, :off => false, "" => nil,
              "no" => true, "1" => true, 1 => true, " " => true, 0.0 => true, nil => nil},
    date: {"2024-02-03" => Date.new(2024, 2, 3), "3 Feb 2024" => Date.new(2024, 2, 3), "20240203" => Date.new(2024, 2, 3),
           "2024-02-30" => nil, "2024-02" => nil, "soon" => nil, "" => nil, Time.utc(2024, 2, 3, 4) => Date.new(2024, 2, 3), nil => nil},
    datetime: {"2024-02-03 10:11:12" => Time.utc(2024, 2, 3, 10, 11, 12), "2024-02-03" => Time.utc(2024, 2, 3),
               "2024-02-03T10:11:12.1234567Z" => Time.utc(2024, 2, 3, 10, 11, 12, 123_456),
               "2024-02-03T10:11:12+02:00" => Time.utc(2024, 2, 3, 8, 11, 12), "Sat, 3 Feb 2024 10:11:12 GMT" => Time.utc(2024, 2, 3, 10, 11, 12),
               Date.new(2024, 2, 3) => Time.utc(2024, 2, 3), "10:11" => nil, "2024-02-03 25:00" => nil, "soon" => nil, "" => nil, nil => nil},
    time: {"10:11:12.5" => Time.utc(2000, 1, 1, 10, 11, 12.5r), "2024-02-03 10:11" => Time.utc(2000, 1, 1, 10, 11), "7" => Time.utc(2000, 1, 1, 7),
           "2024-02-03" => nil, "soon" => nil, "" => nil, nil => nil},
    binary: {"\xFFa".b => "\xFFa".b, "" => "".b, nil => nil},
    json: {7 => 7, "7" => "7", [1, "a", nil, true, 1.5] => [1, "a", nil, true, 1.5], {"a" => [1]} => {"a" => [1]}}
  }.each do |type, examples|
    examples.each do |given, expected|
      it "casts #{given.inspect[0, 40]} to #{expected.inspect} as #{type}" do
        expect(cast(type, given)).to eql(expected)
      end
    end
  end

  it "keeps a time in UTC with its microseconds, whatever zone it came in" do
    time = Time.new(2024, 2, 3, 4, 5, 6.1234567r, "+02:00")

    expect(cast(:datetime, time)).to eq(Time.utc(2024, 2, 3, 2, 5, 6.123456r)).and be_utc
    expect(cast(:time, time)).to eq(Time.utc(2000, 1, 1, 2, 5, 6.123456r))
  end

  it "keeps far years and years before the first" do
    [Time.utc(12_024, 2, 3), Time.utc(-44, 3, 15), Time.utc(5, 1, 1)].each do |time|
      expect(cast(:datetime, time)).to eq(time)
      expect(cast(:date, time.to_date)).to eq(time.to_date)
    end
  end

  it "takes precision and scale for a decimal" do
    expect(described_class.fetch(:decimal, scale: 2).cast("1.256")).to eq(BigDecimal("1.26"))
    expect(described_class.fetch(:decimal, precision: 3).cast("123456")).to eq(BigDecimal(123000))
    expect(described_class.fetch(:decimal).cast(BigDecimal("1.234567890123456789012345"))).to eq(BigDecimal("1.234567890123456789012345"))
  end

  it "rounds a fraction without an end as ActiveModel does" do
    expect(cast(:decimal, 1/3r)).to eq(BigDecimal("0.333333333333333333"))
  end

  it "knows NaN and the infinities as decimal and float" do
    expect(cast(:float, "NaN")).to be_nan
    expect(cast(:float, -Float::INFINITY)).to eq(-Float::INFINITY)
    expect(cast(:decimal, Float::NAN)).to be_nan
  end

  it "freezes an immutable string and bytes" do
    expect(cast(:immutable_string, +"a")).to be_frozen
    expect(cast(:binary, +"a")).to be_frozen
  end

  it "turns what JSON has no word for into text, also deep inside" do
    given = {:at => Time.utc(2024, 2, 3, 4, 5, 6.5r), 1 => [Date.new(2024, 2, 3), :sym, BigDecimal("1.50")], "at2" => DateTime.new(2024, 2, 3)}

    expect(cast(:json, given)).to eq(
      "at" => "2024-02-03T04:05:06.500000Z", "1" => ["2024-02-03", "sym", "1.5"], "at2" => "2024-02-03T00:00:00.000000Z"
    )
    expect(cast(nil, :sym)).to eq("sym")
  end

  it "keeps bytes that are no text, and their encoding" do
    ["\xFF\x00", "\xE9".b, "é".encode("UTF-16LE"), "é".encode("ISO-8859-1")].each do |text|
      expect(cast(:string, text)).to eq(text).and have_attributes(encoding: text.encoding)
      expect(cast(:json, [text]).first).to eq(text).and have_attributes(encoding: text.encoding)
    end
  end

  it "does not stumble over such bytes where it looks for a number or a moment" do
    bytes = "\xFF"

    expect(%i[integer float date datetime time].map { |type| cast(type, bytes) }).to eq([0, 0.0, nil, nil, nil])
    expect(cast(:integer, "7".encode("UTF-16LE"))).to be_nil
  end

  it "shares nothing with what it was given" do
    given = {"list" => [+"a"]}
    kept = cast(:json, given)
    given["list"].first << "b"
    given["list"] << "c"

    expect(kept).to eq("list" => ["a"])
  end

  describe "what a type cannot hold" do
    {
      string: [Object.new, Class.new.new, proc {}, Thread.current],
      json: [Object.new, Struct.new(:a).new(1), Float::NAN, {Object.new => 1}, [1..2], 1/3r],
      float: [:sym, [1], Object.new],
      date: [5, true, :sym, []],
      datetime: [5, 1.5, true, []],
      time: [5, true]
    }.each do |type, values|
      values.each do |value|
        it "is refused by #{type}: #{value.class}" do
          expect { cast(type, value) }.to raise_error(Operations::Types::CastError)
        end
      end
    end

    it "is anything nested deeper than 64 levels, a Hash within itself too" do
      endless = {}
      endless["self"] = endless
      deep = 64.times.inject(1) { |inner, _| [inner] }

      expect(cast(:json, deep)).to eq(deep)
      expect { cast(:json, [deep]) }.to raise_error(Operations::Types::CastError, /deeper than 64/)
      expect { cast(:json, endless) }.to raise_error(Operations::Types::CastError, /deeper than 64/)
    end
  end

  describe "what is stored" do
    values = {
      string: "a", integer: 2**80, float: 1.5, boolean: false, json: {"a" => [1, nil]}, decimal: BigDecimal("1.25"),
      date: Date.new(2024, 2, 3), datetime: Time.utc(2024, 2, 3, 4, 5, 6.123456r), time: Time.utc(2000, 1, 1, 4, 5, 6),
      binary: "\x00\xFF".b
    }

    values.each do |name, value|
      it "of #{name} is something JSON can hold, and comes back equal" do
        type = described_class.fetch(name)
        stored = type.serialise(value)

        expect(described_class::JsonSafe.safe?(stored)).to be(true)
        expect(type.stored?(stored)).to be(true)
        expect(type.deserialise(stored)).to eql(value)
      end
    end

    it "has the form that databases and people read" do
      stored = values.to_h { |name, value| [name, described_class.fetch(name).serialise(value)] }

      expect(stored).to include(decimal: "1.25", date: "2024-02-03", datetime: "2024-02-03T04:05:06.123456Z", binary: "AP8=")
      expect(described_class.fetch(:float).serialise(Float::NAN)).to eq("NaN")
    end
  end

  describe ".fetch" do
    it "names the types there are, and the one that was probably meant" do
      expect { described_class.fetch(:intger) }.to raise_error(
        ArgumentError, /There is no type :intger; there is :string, .*:json, and nil for no cast\. Did you mean :integer\?/
      )
    end
  end

  describe ".blank?" do
    it "is nothing worth having: nil, false, white space of any script, and what is empty" do
      expect([nil, false, "", " \n\t", "\u3000", [], {}, :"", " ".encode("UTF-16LE")]).to all(satisfy { |value| described_class.blank?(value) })
    end

    it "is not a number, a moment, an object, or bytes that are no text" do
      expect([0, 0.0, true, Time.now, Object.new, :a, "a", [nil], "\xFF"]).to all(satisfy { |value| !described_class.blank?(value) })
    end
  end
end
