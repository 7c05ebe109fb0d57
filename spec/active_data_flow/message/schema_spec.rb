# frozen_string_literal: true

require "bigdecimal"
require "date"

RSpec.describe ActiveDataFlow::Message::Schema, req: "E-04" do
  # Acts like a Time as ActiveSupport's TimeWithZone does.
  zoned = Class.new do
    def to_time = Time.now

    def is_a?(klass) = klass == Time || super
  end
  values = [
    ["Ada", %i[text binary json]], ["größe".encode("ISO-8859-1"), %i[text binary json]], ["abc".b, %i[text binary json]],
    ["\xFF".b, %i[binary]], ["\xFF", %i[binary]], [:ada, []], [7, %i[integer float decimal json]], [2**80, %i[integer float decimal json]],
    [1.5, %i[float json]], [BigDecimal("1.5"), %i[decimal]], [3r, []], [true, %i[boolean json]], [false, %i[boolean json]],
    [Date.new(2026, 1, 2), %i[date]], [DateTime.new(2026, 1, 2), %i[datetime]], [Time.now, %i[datetime]], [zoned.new, %i[datetime]],
    [{a: 1}, %i[json]], [[1], %i[json]], [Object.new, []]
  ]
  same = {text: %i[text string immutable_string], integer: %i[integer big_integer], datetime: %i[datetime time]}

  def fits?(type, value)
    described_class.new(field: type).check(field: value)
    true
  rescue TypeError
    false
  end

  values.each do |value, types|
    it "takes #{value.class} #{value.inspect[0, 20]} as #{types.empty? ? "nothing" : types.join(", ")}" do
      wanted = types.flat_map { |type| same.fetch(type, [type]) }
      expect(Operations::Types.names.select { |type| fits?(type, value) }).to match_array(wanted)
      expect(fits?(nil, value)).to be(true)
    end
  end

  it "takes nil everywhere" do
    expect([*Operations::Types.names, nil, String, Comparable].all? { |type| fits?(type, nil) }).to be(true)
  end

  it "asks a class or module, by its own ===" do
    expect([[String, ""], [Numeric, 1], [Comparable, "a"], [Symbol, :a], [Class, Object]]).to all(satisfy { |type, value| fits?(type, value) })
    expect([[String, :a], [Float, 1], [Integer, 1.0], [Enumerable, 1]]).to all(satisfy { |type, value| !fits?(type, value) })
    lenient = Class.new { def self.===(_value) = true }
    expect(fits?(lenient, 7)).to be(true)
  end

  it "names the class that was expected" do
    expect { described_class.new(at: Time, user: Enumerable).check(at: 1, user: 2) }
      .to raise_error(TypeError, "the message does not fit its schema: at is 1, not a Time; user is 2, not an Enumerable")
  end

  it "lets through what a class raises when it is asked" do
    broken = Class.new { def self.===(_value) = raise(IOError, "no") }
    expect { described_class.new(a: broken).check(a: 1) }.to raise_error(IOError, "no")
  end

  it "refuses what is no Hash, and a key that is no name" do
    schema = described_class.new(a: :string)
    expect { schema.check([1]) }.to raise_error(TypeError)
    expect { schema.check(1 => 2) }.to raise_error(TypeError, /named by a Symbol or a String, not Integer/)
  end

  it "survives a value whose inspect raises" do
    value = Class.new { def inspect = raise("no") }.new
    expect { described_class.new(a: :string).check(a: value) }.to raise_error(TypeError, /a is #<#<Class:.*>, not text/)
  end

  it "is made once for the same types", :aggregate_failures do
    types = {name: :string}
    expect(described_class.of(types)).to be(described_class.of({name: :string}))
    expect(described_class.of(types)).not_to be(described_class.of({name: :text}))
    200.times { |number| described_class.of({"field#{number}": :string}) }
    expect(described_class.of(types).types).to eq(types)
  end

  it "keeps its answer when the collector runs at every step" do
    GC.stress = true
    error = begin
      described_class.new(a: :string, b: Time).check({"a" => 1, :b => 2})
    rescue TypeError => refused
      refused
    ensure
      GC.stress = false
    end
    expect(error.message).to end_with("a is 1, not text; b is 2, not a Time")
  end
end
