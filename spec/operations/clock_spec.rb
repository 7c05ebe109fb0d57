# frozen_string_literal: true

require "spec_helper"
require "date"
require_relative "../support/tasks"

RSpec.describe Operations::Clock do
  let(:noon) { TaskHelpers::NOON }
  let(:noon_us) { noon.to_i * 1_000_000 }

  it "asks Time.now, so that whoever moves that moves every task" do
    at(noon + Rational(123_456_789, 1_000_000_000)) { expect(described_class.now_us).to eq(noon_us + 123_456) }
  end

  describe ".system?" do
    it "is true until somebody replaces Time.now, in whatever way" do
      script = <<~RUBY
        require "operations"
        ways = {
          method: -> { def Time.now = at(0) },
          prepended: -> { Time.singleton_class.prepend(Module.new { def now = super }) },
          aliased: -> { Time.singleton_class.alias_method(:now, :gm) },
          extended: -> { Time.singleton_class.remove_method(:now) && Time.extend(Module.new { def now = at(0) }) }
        }
        ways.each do |name, replace|
          print [name, fork { print Operations::Clock.system?, " "; replace.call; print Operations::Clock.system?, " "; exit!(0) }.then { |pid| Process.wait2(pid).last.success? }].join(" "), "; "
        end
      RUBY
      output = IO.popen([RbConfig.ruby, "-W0", "-I", File.expand_path("../../lib", __dir__), "-e", "$stdout.sync = true; #{script}"], &:read)
      expect(output.scan("true false").size).to eq(4), output
    end

    it "is false when Time.now had been replaced before this was loaded" do
      script = "class << Time; alias_method :old_now, :now; def now = old_now; end; require 'operations'; print Operations::Clock.system?"
      expect(IO.popen([RbConfig.ruby, "-W0", "-I", File.expand_path("../../lib", __dir__), "-e", script], &:read)).to eq("false")
    end
  end

  it "gives moments as Time in UTC" do
    expect(described_class.time(noon_us + 1)).to eq(noon + Rational(1, 1_000_000)).and be_utc
    expect(described_class.time(-1)).to eq(Time.at(-1, in: "UTC") + Rational(999_999, 1_000_000))
    expect(described_class.time(nil)).to be_nil
  end

  it "takes Time of any zone, DateTime, Date and ISO 8601" do
    {
      nil => nil,
      noon => noon_us,
      Time.new(2026, 3, 1, 21, 0, 0, "+09:00") => noon_us,
      noon + Rational(999_999_999, 1_000_000_000) => noon_us + 999_999,
      DateTime.new(2026, 3, 1, 13, 0, 0, "+01:00") => noon_us,
      Date.new(2026, 3, 1) => noon_us - 12 * 3600 * 1_000_000,
      "2026-03-01T12:00:00Z" => noon_us,
      "2026-03-01T13:00:00.000001+01:00" => noon_us + 1,
      "2026-03-01 12:00:00" => noon_us
    }.each { |given, us| expect(described_class.us(given)).to eq(us), given.inspect }
  end

  it "goes there and back for years far away" do
    [Time.utc(1, 1, 1), Time.utc(1969, 12, 31, 23, 59, 59), Time.utc(9999, 12, 31)].each do |moment|
      expect(described_class.time(described_class.us(moment))).to eq(moment)
    end
  end

  it "refuses what is no moment, and says what is" do
    [5, :noon, Object.new, true].each { |given| expect { described_class.us(given) }.to raise_error(ArgumentError, /as a moment; give a Time or ISO 8601/) }
    expect { described_class.us("soon") }.to raise_error(ArgumentError, /soon/)
  end
end
