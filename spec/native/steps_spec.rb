# frozen_string_literal: true

require "spec_helper"
require "bigdecimal"
require "date"
require "openssl"

RSpec.describe ActiveDataFlow::Native::Steps do
  def batch(rows)
    ActiveDataFlow::Native::Batch.new(rows.flat_map(&:keys).uniq).tap { |batch| rows.each { |row| batch.push_hash(row) } }
  end

  # @return [Array<Hash>] the rows that go on; and the misfits in @misfits
  def after(steps, rows, types: {}, dialect: nil)
    done = batch(rows)
    @misfits = described_class.new(steps.map { |word, what| [word, what, "#{word}, f.rb:1"] }, types.to_a, dialect, true).apply(done)
    done.hashes(0, rows.size)
  end

  def derived(tree, row = {a: 1}, **options) = after([[:derive, [:out, tree]]], [row], **options).first&.fetch("out")

  def reason = @misfits.first&.last

  def col(name) = [:col, name]

  def lit(value) = [:lit, value]

  describe "steps" do
    let(:rows) { [{"id" => 1, "name" => "Ada", "total" => nil}, {"id" => 2, "name" => nil, "total" => 5}] }

    it "rename, keep and drop columns, in the order written" do
      expect(after([[:rename, [%w[name customer]]]], rows).map(&:keys)).to all(eq(%w[id customer total]))
      expect(after([[:keep, %w[total id]]], rows)).to eq([{"total" => nil, "id" => 1}, {"total" => 5, "id" => 2}])
      expect(after([[:drop, %w[total]], [:rename, [%w[name total]]]], rows).first).to eq({"id" => 1, "total" => "Ada"})
    end

    it "set columns, and those that are NULL" do
      expect(after([[:set, [[:state, "new"], [:id, 9]]]], rows).map { |row| row.values_at("id", "state") }).to eq([[9, "new"], [9, "new"]])
      expect(after([[:default, [[:name, "?"], [:total, BigDecimal("0.5")]]]], rows))
        .to eq([{"id" => 1, "name" => "Ada", "total" => BigDecimal("0.5")}, {"id" => 2, "name" => "?", "total" => 5}])
    end

    it "cast strictly: what does not fit is told with its column and value, and the other rows go on" do
      rows = [{total: "12"}, {total: "12abc"}, {total: nil}, {total: 12.5}]
      expect(after([[:cast, [[:total, :integer]]]], rows)).to eq([{"total" => 12}, {"total" => nil}])
      expect(@misfits).to eq([[1, "total", 'total is "12abc", which is no integer'], [3, "total", "total is 12.5, which is no whole number"]])
      expect(after([[:cast, [[:d, :date]]]], [{d: "2026-01-02"}])).to eq([{"d" => Date.new(2026, 1, 2)}])
    end

    it "filter by what is true, and not by what is NULL" do
      rows = [{n: 1}, {n: 20}, {n: nil}]
      expect(after([[:filter, [:>, col("n"), lit(10)]]], rows)).to eq([{"n" => 20}])
      expect(after([[:filter, [:!, [:>, col("n"), lit(10)]]]], rows)).to eq([{"n" => 1}])
      expect(after([[:filter, col("n")]], rows)).to eq([])
      expect(reason).to eq("filter takes true or false, not 1 (filter, f.rb:1)")
    end

    it "derive a column of others, also of the one that it replaces" do
      rows = [{net: BigDecimal("10.50"), tax: 2}, {net: nil, tax: 2}]
      expect(after([[:derive, [:net, [:+, col("net"), col("tax")]]]], rows)).to eq([{"net" => BigDecimal("12.5"), "tax" => 2}, {"net" => nil, "tax" => 2}])
    end

    it "mask texts by HMAC-SHA256, 32 hex digits, and leave NULL" do
      digest = ->(text) { OpenSSL::HMAC.hexdigest("SHA256", "secret", text)[0, 32] }
      rows = [{email: "ada@example.org", n: 12}, {email: nil, n: BigDecimal("1.5")}]
      expect(after([[:mask, [%w[email n], "secret"]]], rows)).to eq([{"email" => digest.call("ada@example.org"), "n" => digest.call("12")}, {"email" => nil, "n" => digest.call("1.5")}])
    end

    it "leave the row as it was read" do
      done = batch(rows)
      described_class.new([[:set, [[:id, 0]], "set"], [:drop, %w[name], "drop"]], [], nil, true).apply(done)
      expect(done.source_hash(0)).to eq(rows.first)
    end

    it "pass over rows that are out already" do
      done = batch([{n: "x"}, {n: "1"}])
      done.filter(0)
      expect(described_class.new([[:cast, [[:n, :integer]], "cast"]], [], nil, true).apply(done)).to eq([])
      expect(done.counts).to include(filtered: 1, live: 1, rejected: 0)
    end

    it "raise for a column that the rows do not have" do
      expect { after([[:derive, [:x, col("nmae")]]], rows) }.to raise_error(ArgumentError, "no column :nmae; there are :id, :name, :total. Did you mean :name?")
    end
  end

  describe "columns of SQLite" do
    let(:types) { {"paid" => "boolean", "net" => "decimal(10,2)", "at" => "datetime(6)"} }

    it "are what their type says where an expression reads them" do
      row = {paid: 1, net: 10.1, at: "2026-01-02 03:04:05"}
      expect(derived([:!, col("paid")], row, types:, dialect: "sqlite")).to be(false)
      expect(derived([:*, col("net"), lit(3)], row, types:, dialect: "sqlite")).to eq(BigDecimal("30.3"))
      expect(derived([:<, col("at"), lit(Time.utc(2026, 1, 2, 3, 4, 6))], row, types:, dialect: "sqlite")).to be(true)
      expect(derived([:concat, col("net"), lit(" "), col("at")], row, types:, dialect: "sqlite")).to eq("10.10 2026-01-02 03:04:05")
    end

    it "put the row aside where they are not" do
      expect(derived([:!, col("paid")], {paid: "perhaps"}, types:, dialect: "sqlite")).to be_nil
      expect(@misfits).to eq([[0, "paid", 'paid is "perhaps", which is neither true nor false']])
    end
  end

  describe "three truth values" do
    truths = [true, false, nil]

    it "are those of SQL", :aggregate_failures do
      conjunction = {[true, true] => true, [true, false] => false, [true, nil] => nil, [false, false] => false, [false, nil] => false, [nil, nil] => nil}
      truths.product(truths) do |one, other|
        both = conjunction.fetch([one, other]) { conjunction.fetch([other, one]) }
        either = conjunction.fetch([negated(one), negated(other)]) { conjunction.fetch([negated(other), negated(one)]) }
        expect(derived([:&, col("a"), col("b")], {a: one, b: other})).to eq(both), "#{one.inspect} & #{other.inspect}"
        expect(derived([:|, col("a"), col("b")], {a: one, b: other})).to eq(negated(either)), "#{one.inspect} | #{other.inspect}"
      end
      expect(truths.map { |one| derived([:!, col("a")], {a: one}) }).to eq([false, true, nil])
    end

    def negated(value) = value.nil? ? nil : !value

    it "make everything NULL but nil? and coalesce" do
      %i[+ - * / == < concat].each { |word| expect(derived([word, col("a"), lit(1)], {a: nil})).to be_nil }
      expect(@misfits).to eq([])
      expect(derived([:nil?, col("a")], {a: nil})).to be(true)
      expect(derived([:coalesce, col("a"), lit(7)], {a: nil})).to eq(7)
    end

    it "leave in? open where NULL is among the values, or is the value" do
      expect(derived([:in?, lit(1), [lit(nil), lit(1)]])).to be(true)
      expect(derived([:in?, lit(2), [lit(nil), lit(1)]])).to be_nil
      expect(derived([:in?, lit(nil), [lit(1)]])).to be_nil
      expect(derived([:in?, lit(nil), []])).to be(false)
    end

    it "decide without what has no answer" do
      broken = [:==, [:/, lit(1), lit(0)], lit(1)]
      expect(derived([:&, broken, lit(false)])).to be(false)
      expect(derived([:|, lit(true), broken])).to be(true)
      expect(derived([:+, lit(nil), [:/, lit(1), lit(0)]])).to be_nil
      expect(derived([:&, broken, lit(true)])).to be_nil
      expect(reason).to eq("1 / 0 divides by zero (derive, f.rb:1)")
    end
  end

  describe "numbers" do
    def text(tree, row = {a: 1}, **options) = derived([:concat, tree, lit("")], row, **options)

    def decimal(text) = BigDecimal(text)

    it "are computed in decimal, half away from zero" do
      expect(derived([:+, lit(decimal("0.1")), lit(decimal("0.2"))])).to eq(decimal("0.3"))
      expect(text([:/, lit(5), lit(2)])).to eq("2.5000000000000000")
      expect(text([:/, lit(2), lit(3)])).to eq("0.66666666666666666667")
      expect([2.5, -2.5].map { |number| text([:round, lit(BigDecimal(number.to_s)), 0]) }).to eq(%w[3 -3])
      expect(text([:round, lit(decimal("1.005")), 2])).to eq("1.01")
    end

    it "that are floats are rounded by the digits that PostgreSQL prints: of two that are as near, the even one" do
      expect(text(lit(-999_997_839_565_538.25))).to eq("-999997839565538.2")
      expect(text([:round, lit(-999_997_839_565_538.25), 1])).to eq("-999997839565538.2")
    end

    it "take as many digits as they need" do
      large = lit(10**37)
      expect(derived([:*, large, large])).to eq(10**74)
      expect(derived([:+, lit(2**63 - 1), lit(1)])).to eq(2**63)
      expect(derived([:-, [:*, large, large], [:*, large, large]])).to eq(0)
      expect(derived([:>, [:*, large, large], large])).to be(true)
    end

    it "are compared by value, whatever their kind" do
      expect(derived([:==, lit(5), lit(decimal("5.00"))])).to be(true)
      expect(derived([:<, lit(2), lit(2.5)])).to be(true)
      expect(derived([:>=, lit(2**70), lit(2**70)])).to be(true)
      expect(derived([:==, lit("5"), lit(5)])).to be_nil
      expect(reason).to eq("\"5\" and 5 cannot be compared (derive, f.rb:1)")
    end

    it "that are a float make floats of others" do
      expect(derived([:*, lit(decimal("1.5")), lit(2.0)])).to eql(3.0)
      expect(derived([:*, lit(1e200), lit(1e200)])).to be_nil
      expect(reason).to match(/is too large for a float/)
      expect(derived([:coalesce, col("f"), lit(1)], {f: nil}, types: {"f" => "float"}, dialect: "sqlite")).to eql(1.0)
    end

    it "are told from texts" do
      expect(derived([:+, lit("1"), lit(2)])).to be_nil
      expect(reason).to eq('+ takes numbers, not "1" (derive, f.rb:1)')
    end

    it "are printed in a text as PostgreSQL prints them" do
      {1e15 => "1e+15", 123_456_789_012_345.0 => "123456789012345", 1e-5 => "1e-05", 0.0001 => "0.0001", -0.0 => "-0", 1.5 => "1.5"}.each do |float, shown|
        expect(text(lit(float))).to eq(shown)
      end
      expect(text([:/, lit(0.0), lit(1.0)])).to eq("0")
    end
  end

  describe "texts" do
    it "are compared byte by byte" do
      expect([%w[B a], %w[a ä], ["", "a"]].map { |one, other| derived([:<, lit(one), lit(other)]) }).to eq([true, true, true])
    end

    it "change their letters as in Ruby, and lose what strip takes" do
      ["straße", "ÉCOLE", "Ǆ", "plain"].each do |text|
        expect(derived([:upcase, lit(text)])).to eq(text.upcase)
        expect(derived([:downcase, lit(text)])).to eq(text.downcase)
      end
      expect(derived([:strip, lit("\t a \v\f\r\n")])).to eq("a")
      expect(derived([:upcase, lit(1)])).to be_nil
      expect(reason).to start_with("upcase takes text, not 1")
    end

    it "stand for a date, a moment or a uuid where one is compared with them" do
      expect(derived([:>, lit(Date.new(2026, 1, 2)), lit("2026-01-01")])).to be(true)
      expect(derived([:==, lit(Time.utc(2026, 1, 2)), lit(Date.new(2026, 1, 2))])).to be(true)
      expect(derived([:==, lit(Time.utc(2026, 1, 2)), lit("soon")])).to be_nil
    end
  end

  describe "as SQL" do
    def sql(steps, types, dialect = "postgresql")
      program = described_class.new(steps.map { |word, what| [word, what, "#{word}, f.rb:1"] }, types.to_a, dialect, true)
      program.sql(dialect, types.keys.map { |name| [name, name] })
    end

    let(:types) { {"id" => "bigint", "a" => "integer", "b" => "integer"} }

    it "gives the outputs in their order, the condition and the kinds" do
      found = sql([[:filter, [:nil?, col("b")]], [:rename, [%w[a c]]], [:set, [[:state, "new"]]], [:drop, %w[b]]], types)
      expect(found).to eq({columns: {"id" => "id", "c" => "a", "state" => "'new'::text"}, kinds: {"id" => :integer, "c" => :integer, "state" => :string},
        where: "(b IS NULL)", filters: true, joins: []})
    end

    it "keeps a row from being taken out before it is put aside" do
      quotient = [:>, [:/, lit(1), col("a")], lit(0)]
      expect(sql([[:filter, quotient], [:filter, [:nil?, col("b")]]], types)[:where]).to match(/\ACASE WHEN .* THEN \(b IS NULL\) ELSE FALSE END\z/)
      expect { sql([[:derive, [:x, [:/, lit(1), col("a")]]], [:filter, [:nil?, col("b")]]], types) }.to raise_error(ArgumentError, /filter, f\.rb:1: x may put a row aside/)
      expect { sql([[:derive, [:x, [:/, lit(1), col("a")]]], [:drop, %w[x]]], types) }.to raise_error(ArgumentError, /x is left out/)
    end

    it "is refused for what a database does in another way" do
      expect { sql([[:mask, [%w[a], "secret"]]], types) }.to raise_error(ArgumentError, /the secret does not leave this process/)
      expect { sql([[:cast, [[:a, :date]]]], types) }.to raise_error(ArgumentError, /strict cast/)
      expect { sql([[:filter, [:==, col("t"), lit("x")]]], {"t" => "text"}, "mysql") }.to raise_error(ArgumentError, /MySQL compares t by the collation/)
      expect { sql([[:filter, [:==, col("t"), lit("x")]]], {"t" => "character(3)"}) }.to raise_error(ArgumentError, /fills with blanks/)
    end
  end

  it "keep nothing that the collector moves or takes", :aggregate_failures do
    GC.stress = true
    tree = [:&, [:>, [:col, "a"], [:lit, BigDecimal("1.5")]], [:==, [:concat, [:col, "t"], [:lit, "x"]], [:lit, "yx"]]]
    steps = described_class.new([[:derive, [:out, tree], "here"], [:mask, [["t"], "secret"], "here"], [:set, [[:s, "new"]], "here"]], [%w[a integer]], "postgresql", true)
    done = ActiveDataFlow::Native::Batch.new(%w[a t])
    3.times { |n| done.push_row([n, "y"]) }
    done.push_row(["z", "y"])
    misfits = steps.apply(done)
    sql = steps.reason("postgresql", [%w[a a], %w[t t]])
    GC.stress = false
    expect(misfits).to eq([[3, "a", 'a is "z", which is no integer']])
    expect(done.hashes(0, 3).map { |row| row["out"] }).to eq([false, false, true])
    expect(sql).to match(/t is of unknown type/)
  ensure
    GC.stress = false
  end
end
