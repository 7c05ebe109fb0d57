# frozen_string_literal: true

RSpec.describe "A flow's steps" do
  def through(rows, **arguments, &body) = running(&body).test(rows, **arguments)

  it "happen in the order written" do
    expect(through([{a: 1, b: "x"}]) {
      rename a: :c
      set d: 5
      derive(:e) { |row| row[:c] + row[:d] }
      transform { |row| row[:f] = row[:e] * 2 }
      drop :b
      filter { |row| row[:f] > 10 }
    }).to eq([{c: 1, d: 5, e: 6, f: 12}])
  end

  it "call lambdas once a run, with the flow as self" do
    calls = 0
    rows = through([{a: 1}, {a: 2}, {a: 3}], wanted: 2) do
      has_attribute :wanted, :integer
      set b: -> { (calls += 1) && wanted }
      filter a: -> { [wanted, 3] }
    end
    expect(rows).to eq([{a: 2, b: 2}, {a: 3, b: 2}])
    expect(calls).to eq(1)
  end

  it "are refused at load where they say nothing", req: "E-26" do
    expect(refused { rename }).to eq("OrderExportFlow: rename needs columns, e.g. rename a: ...")
    expect(refused { keep }).to eq("OrderExportFlow: keep needs the names of columns, e.g. keep :id, :total")
    expect(refused { keep 7 }).to eq("OrderExportFlow: a column's name is a Symbol or a String, not 7.")
    expect(refused { rename a: 7 }).to eq("OrderExportFlow: a column's name is a Symbol or a String, not 7.")
    expect(refused { rename a: "" }).to include("a column's name is a Symbol or a String, not \"\"")
    expect(refused { filter }).to include("filter takes columns or a block, not both and not neither")
    expect(refused { filter(a: 1) { |row| row[:a] } }).to include("filter takes columns or a block")
    expect(refused { derive(:total) }).to eq("OrderExportFlow: derive(:total) needs a block, e.g. derive(:total) { |row| row[:net] + row[:tax] }")
    expect(refused { transform }).to eq("OrderExportFlow: transform needs a block, or write def transform(row).")
    expect(refused { transform_batch }).to include("transform_batch needs a block")
    expect(refused { mask }).to include("mask needs the names of columns")
  end

  it "are refused at load where they say what there is not" do
    expect(refused { cast a: :integr }).to match(/\AOrderExportFlow: there is no type :integr to cast to; there are :string, .*\. Did you mean :?integer\?/)
    expect(refused { lookup :customers, on: {a: :id}, take: {b: :c}, missing: :raise }).to eq("OrderExportFlow: lookup missing: is :null, :reject, :filter, not :raise.")
    {{on: :a, take: {b: :c}} => "on: takes columns in pairs, not :a", {on: {a: :id}, take: [:b]} => "take: takes columns in pairs, not [:b]", {take: {b: :c}} => "on: takes columns in pairs, not nothing"}.each do |options, message|
      expect(refused { lookup :customers, **options }).to eq("OrderExportFlow: lookup #{message}. Write: lookup :customers, on: {customer_id: :id}, take: {name: :customer}")
    end
    expect(refused { lookup [{id: 1}], on: {a: :id}, take: {b: :c} }).to match(/\AOrderExportFlow: lookup takes the name of a table or a model, or a model class, not Array\./)
    expect(refused { transform(as: :array) { |row| row } }).to eq("OrderExportFlow: transform as: is :row or :hash, not :array.")
    expect(refused { transform { |row, other| other } }).to eq("OrderExportFlow: transform's block takes one parameter, the row.")
  end

  it "name the columns there are, where one names another" do
    klass = running([{id: 1, name: "Ada"}]) { derive(:b) { |row| row[:nmae].upcase } }
    expect { klass.test([{id: 1, name: "Ada"}]) }.to raise_error(StandardError, /nmae/)
  end

  describe "in an expression" do
    it "refuse what Ruby decides before it can be seen, on the author's line" do
      line = __LINE__ + 1
      expect(refused { derive(:total) { |row| row[:discount] || 0 } }).to eq(
        "derive(:total), steps_spec.rb:#{line}: Ruby decides || if ?: case before we can see it. Write row[:discount].coalesce(0), or use transform."
      )
      expect(refused { filter { |row| row[:a] ? 1 : 2 } }).to include("Ruby decides")
      expect(refused { filter { |row| Integer(row[:a]) > 1 } }).to match(/\Afilter, steps_spec\.rb:\d+: /)
    end

    it "refuse to set, and to read by a method" do
      expect(refused { derive(:b) { |row| row[:a] = 1 } }).to include("an expression gives a value and sets nothing")
      expect(refused { derive(:b) { |row| row.a } }).to include("an expression reads columns as row[:a], not as row.a")
    end
  end

  describe "transform" do
    it "takes a row: read by Symbol or String, written, and its value ignored" do
      expect(through([{"a" => 1, :b => nil}]) { transform { |row| [row[:c] = row["a"] + row[:a], row["b"] = "x", nil].last } }).to eq([{a: 1, b: "x", c: 2}])
    end

    it "gives the row as a Hash of its own" do
      seen = nil
      expect(through([{a: 1}]) { transform { |row| (seen = row.to_h)[:a] = 9 } }).to eq([{a: 1}])
      expect(seen).to eq(a: 9)
    end

    it "leaves rows out" do
      expect(through([{a: 1}, {a: 2}]) { transform { |row| row.filter_out if row[:a] == 1 } }).to eq([{a: 2}])
    end

    it "says which columns there are, where a block reads another" do
      expect { through([{a: 1}]) { transform { |row| row[:b] } } }.to raise_error(ArgumentError, "no column :b; there are :a. Did you mean :a?")
    end

    it "runs with the flow as self, one for all rows" do
      seen = []
      through([{a: 1}, {a: 2}], factor: 3) do
        has_attribute :factor, :integer
        transform { |row| seen << [object_id, row[:a] * factor] }
      end
      expect(seen.map(&:last)).to eq([3, 6])
      expect(seen.map(&:first).uniq.size).to eq(1)
    end

    it "is a method as well, which stands where it was defined" do
      rows = through([{a: 1}]) do
        set b: 2
        define_method(:transform) { |row| row[:c] = row[:b] + 1 }
        drop :b
      end
      expect(rows).to eq([{a: 1, c: 3}])
    end

    it "is overridden by the method of a subclass, and called once" do
      base = running { define_method(:transform) { |row| row[:a] += 1 } }
      klass = flow("SpecialFlow", base) { define_method(:transform) { |row| super(row) && row[:a] *= 10 } }
      expect(klass.test([{a: 1}])).to eq([{a: 20}])
    end

    it "takes a Hash with Symbol keys, and the Hash returned is the row" do
      expect(through([{"a" => 1, "b" => 2}]) { transform(as: :hash) { |hash| {:a => hash[:a], "c" => hash.fetch(:b)} } }).to eq([{a: 1, c: 2}])
    end

    it "leaves a Hash's row out where the block returns nil" do
      expect(through([{a: 1}, {a: 2}, {a: 3}]) { transform(as: :hash) { |hash| hash unless hash[:a] == 2 } }).to eq([{a: 1}, {a: 3}])
      expect(through([{a: 1}]) { transform(as: :hash) { |_hash| nil } }).to eq([])
    end

    it "has NULL where another row's Hash has a column" do
      expect(through([{a: 1}, {a: 2}]) { transform(as: :hash) { |hash| (hash[:a] == 1) ? {a: 1, b: 2} : {a: 2} } }).to eq([{a: 1, b: 2}, {a: 2, b: nil}])
    end

    it "says what has to be returned" do
      expect { through([{a: 1}]) { transform(as: :hash) { |hash| hash[:a] } } }.to raise_error(TypeError,
        /\Atransform\(as: :hash\) at steps_spec\.rb:\d+ has to return a Hash, or nil to leave the row out; it returned Integer\z/)
    end

    it "raises what the block raised" do
      expect { through([{a: 1}]) { transform { raise IOError, "no" } } }.to raise_error(IOError, "no")
    end
  end

  describe "transform_batch" do
    it "has whole columns of the rows that are still there" do
      expect(through([{a: 1}, {a: 2}, {a: 3}]) {
        filter { |row| row[:a] != 2 }
        transform_batch { |b| b[:b] = b[:a].map { |value| value * b.size } }
      }).to eq([{a: 1, b: 2}, {a: 3, b: 6}])
    end

    it "takes an Array with a value for each row" do
      expect { through([{a: 1}, {a: 2}]) { transform_batch { |b| b[:b] = [1] } } }.to raise_error(ArgumentError, "b[:b] = takes an Array of 2 values, one for each row, not 1.")
      expect { through([{a: 1}, {a: 2}]) { transform_batch { |b| b[:b] = 7 } } }.to raise_error(ArgumentError, "b[:b] = takes an Array of 2 values, one for each row, not Integer.")
    end
  end

  describe "test" do
    it "takes Hashes" do
      expect { running.test([7]) }.to raise_error(ArgumentError, "OrderExportFlow: test takes an Array of Hashes, and 7 is none.")
      [nil, [nil]].each { |rows| expect { running.test(rows) }.to raise_error(ArgumentError, "OrderExportFlow: test takes an Array of Hashes, and nil is none.") }
      expect(running.test([])).to eq([])
    end

    it "raises for a row that a step cannot take" do
      klass = running { cast a: :integer }
      expect { klass.test([{a: "1"}, {a: "12abc"}]) }.to raise_error(ActiveDataFlow::RowError, /row 1: a is "12abc"/)
    end
  end
end
