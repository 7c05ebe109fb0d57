# frozen_string_literal: true

require "spec_helper"

RSpec.describe Operations::Duration, req: "O-46" do
  # As ActiveSupport's: it says that it is an Integer.
  let(:duration) do
    Class.new do
      def initialize(seconds) = @seconds = seconds

      def is_a?(klass) = klass == Integer || super

      def to_f = @seconds.to_f

      def *(other) = self.class.new(@seconds * other)
    end
  end

  it "reads seconds: whole, broken, or whatever turns into them" do
    {0 => 0, 90 => 90_000_000, 1.5 => 1_500_000, Rational(1, 3) => 333_333, 0.1 => 100_000, 10**9 => 10**15}.each do |given, us|
      expect(described_class.us(given, :delay)).to eq(us).and be_an(Integer)
    end
    expect(Integer === described_class.us(duration.new(300), :delay)).to be(true)
    expect(described_class.us(duration.new(300), :delay)).to eq(300_000_000)
  end

  it "refuses everything else, with the word it was given for" do
    [nil, "90", "5 minutes", :day, [], Object.new, Time.now, -1, -0.5, Float::NAN, Float::INFINITY].each do |given|
      expect { described_class.us(given, :delay) }.to raise_error(ArgumentError, /cannot read .* as a length of time for delay; write seconds \(90, or 3 \* 60\)/)
    end
  end

  it "refuses what is longer than ten thousand years" do
    [10**12, 1e12].each { |given| expect { described_class.us(given, :timeout) }.to raise_error(ArgumentError, /too long for timeout/) }
  end
end
