# frozen_string_literal: true

require "bigdecimal"
require "date"

# Expressions that nobody would write, over typed columns, the same for the same seed.
class RandomExpressions
  NUMBERS = %i[+ - * /].freeze
  COMPARISONS = %i[== != < <= > >=].freeze

  # @param columns [Hash{Symbol => Array<String>}] names of columns by kind: :int, :decimal, :float, :text, :bool, :date, :moment, :uuid
  def initialize(columns, seed)
    @columns = columns
    @random = Random.new(seed)
  end

  attr_reader :random

  def pick(list) = list[@random.rand(list.size)]

  # @return [Array] a tree
  def tree(kind = pick(%i[number bool bool text other]), depth = 3)
    return leaf(kind) if depth.zero? || @random.rand(6).zero?

    case kind
    when :number then number(depth - 1)
    when :bool then bool(depth - 1)
    when :text then text(depth - 1)
    else other(depth - 1)
    end
  end

  # @return [Object, nil] a value for a column of that kind
  def value(kind)
    return if @random.rand(5).zero?

    case kind
    when :int then pick([0, 1, -1, 2, 3, 7, 10, 2_147_483_647, -2_147_483_648, @random.rand(-1000..1000)])
    when :big then pick([0, 1, -1, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808, 3_037_000_500, @random.rand(-10**15..10**15)])
    when :decimal then BigDecimal(@random.rand(-99_999_999..99_999_999)) / pick([100, 10_000, 100_000_000])
    when :wide then BigDecimal("#{pick(["", "-"])}#{@random.rand(10**pick([3, 18, 20]))}.#{@random.rand(10**pick([1, 9, 15]))}")
    when :float then pick([0.0, -0.0, 1.5, -2.25, 1e300, 1e-300, 0.1, 123_456_789_012_345_680.0, 1e15, 1e-5, @random.rand * 1000])
    when :text then pick(["", "a", "B", "ä", "Zebra", " x \t", "10", "o'clock", "\u{1F600}", "\\", "%_"])
    when :bool then pick([true, false])
    when :date then Date.new(2026, 1, 1) + @random.rand(-800..800)
    when :moment then Time.at(@random.rand(1_500_000_000..1_800_000_000), pick([0, 123_456, 500_000]), :usec).utc
    when :uuid then format("%08x-0000-4000-8000-%012x", @random.rand(2**32), @random.rand(16))
    end
  end

  private

  def column(*kinds)
    names = kinds.flat_map { |kind| @columns.fetch(kind, []) }
    names.empty? ? nil : [:col, pick(names)]
  end

  def literal(kind) = [:lit, value(kind)]

  def leaf(kind)
    found = case kind
    when :number then pick([column(:int, :decimal, :float), literal(:int), literal(:decimal), literal(:float)])
    when :bool then pick([column(:bool), column(:bool), literal(:bool)])
    when :text then pick([column(:text), column(:text), literal(:text)])
    else column(*pick([%i[date], %i[moment], %i[uuid], %i[int]]))
    end
    found || [:lit, 1]
  end

  def number(depth)
    case @random.rand(9)
    when 0 then [:round, tree(:number, depth), @random.rand(0..4)]
    when 1 then [:-@, tree(:number, depth)]
    when 2 then [:coalesce, tree(:number, depth), tree(:number, depth)]
    else [pick(NUMBERS), tree(:number, depth), tree(:number, depth)]
    end
  end

  def bool(depth)
    kind = pick(%i[number number text bool other])
    case @random.rand(10)
    when 0, 1 then [pick(%i[& |]), tree(:bool, depth), tree(:bool, depth)]
    when 2 then [:!, tree(:bool, depth)]
    when 3 then [:nil?, tree(kind, depth)]
    when 4 then [:in?, tree(kind, depth), Array.new(@random.rand(0..3)) { leaf(kind) }]
    when 5 then [:between, tree(kind, depth), pick([leaf(kind), nil]), pick([leaf(kind), nil]), pick([true, false])]
    when 6 then [pick(COMPARISONS), *pick([dates, moments, uuids])]
    else [pick(COMPARISONS), tree(kind, depth), tree(kind, depth)]
    end
  end

  def dates = [column(:date) || [:lit, 1], pick([column(:date), column(:moment), literal(:date), literal(:moment), [:lit, "2026-01-02"]])].map { |part| part || [:lit, 1] }

  def moments = [column(:moment), pick([column(:moment), literal(:moment), [:lit, "2020-01-02 03:04:05"]])].map { |part| part || [:lit, 1] }

  def uuids = [column(:uuid), pick([column(:uuid), literal(:uuid)])].map { |part| part || [:lit, 1] }

  def text(depth)
    case @random.rand(6)
    when 0 then [:strip, tree(:text, depth)]
    when 1 then [:coalesce, tree(:text, depth), tree(:text, depth)]
    else [:concat, tree(:text, depth), tree(pick(%i[text number bool]), depth)]
    end
  end

  def other(depth)
    kind = pick(%i[date moment uuid bool])
    [:coalesce, column(kind) || [:lit, 1], column(kind) || [:lit, 1]]
  end
end
