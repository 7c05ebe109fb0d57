# frozen_string_literal: true

require "spec_helper"
require "active_data_flow"
require "bigdecimal"
require "date"

RSpec.describe ActiveDataFlow::Native::Batch do
  let(:batch) { described_class.new(%w[id name total]) }

  def filled(rows = [[1, "Ada", 1.5], [2, "Bob", nil], [3, "Cyd", 2.5]])
    rows.each { |row| batch.push_row(row) }
    batch
  end

  # What comes back for a value that went in.
  def through(value)
    one = described_class.new(%w[value])
    one.push_row([value])
    one.cell(0, 0)
  end

  describe "values" do
    it "come back as they went in" do
      values = [nil, true, false, 0, -1, 2**62, 2**63 - 1, -2**63, 2**63, -2**64, 2**200, 1.5, -0.0, Float::INFINITY, "", "größe",
        BigDecimal("12.5"), BigDecimal("-0.001"), BigDecimal("1234567890.#{"1234567890" * 6}"), BigDecimal("1e-40"),
        Date.new(2026, 1, 2), Date.new(1969, 12, 31), Date.new(12_026, 1, 1), Date.new(1500, 2, 28), Date.new(-44, 3, 15),
        Time.utc(2026, 1, 2, 3, 4, 5.123456r), Time.utc(1969, 12, 31, 23, 59, 59.999999r), Time.utc(12_026), Time.utc(-44, 3, 15)]
      expect(values.map { |value| through(value) }).to eq(values)
      expect(values.map { |value| through(value).class }).to eq(values.map(&:class))
      expect(through(-0.0).to_s).to eq("-0.0")
      expect([through(Float::NAN), through(BigDecimal("NaN"))]).to all(be_nan)
      expect(through(BigDecimal("-Infinity"))).to eq(BigDecimal("-Infinity"))
    end

    it "that are bytes keep their encoding; text of any other becomes UTF-8" do
      expect(through("\xff\x00".b)).to eq("\xff\x00".b)
      expect(through("\xff\x00".b).encoding).to eq(Encoding::BINARY)
      expect(through("caf\xff")).to eq("caf\xff")
      expect(through("caf\xff").valid_encoding?).to be(false)
      expect(through("café".encode("Windows-1252"))).to eq("café")
      expect(through("abc".encode("UTF-16LE")).encoding).to eq(Encoding::UTF_8)
      expect(through(:paid)).to eq("paid")
      expect { through((+"\xd8").force_encoding("UTF-16LE")) }.to raise_error(EncodingError)
    end

    it "that are a Hash or an Array become JSON, and come back frozen" do
      expect(through({"a" => [1, nil, {"b" => "ü"}]})).to eq({"a" => [1, nil, {"b" => "ü"}]}).and be_frozen
      expect(through([1, [2]])).to eq([1, [2]])
    end

    it "that are a moment come back in UTC, to the microsecond" do
      time = Time.new(2026, 1, 2, 3, 4, 5.123456789r, "+05:30")
      expect(through(time)).to eq(time.floor(6))
      expect(through(time)).to be_utc
      expect(through(DateTime.new(2026, 1, 2, 3, 4, 5))).to eq(Time.utc(2026, 1, 2, 3, 4, 5))
      expect { through(Time.at(2**62)) }.to raise_error(RangeError)
    end

    it "that are nothing a row can hold are refused, and leave nothing behind" do
      filled
      expect { batch.push_row([4, "Dan", Object.new]) }.to raise_error(TypeError, /a value of a row is nil, true, .*, not Object/)
      expect { batch.push_hash({"id" => 4, "new" => 1, "name" => 1..2}) }.to raise_error(TypeError, /not Range/)
      expect(batch.size).to eq(3)
      expect(batch.push_row([4, "Dan", 1])).to eq(3)
      expect(batch.hashes(3, 3).map { |row| row.slice("id", "name", "total") }).to eq([{"id" => 4, "name" => "Dan", "total" => 1}])
    end

    it "of several kinds may share a column" do
      values = [1, "one", nil, 1.5, BigDecimal("2.5"), true, "\xff".b, Date.new(2026, 1, 1), 2**80]
      one = described_class.new([:value])
      values.each { |value| one.push_row([value]) }
      expect(one.values(:value)).to eq(values)
    end
  end

  describe "rows" do
    it "come from Arrays, one value a column" do
      expect(filled.size).to eq(3)
      expect(batch.to_hash(1)).to eq({"id" => 2, "name" => "Bob", "total" => nil})
      expect { batch.push_row([1, 2]) }.to raise_error(ArgumentError, "2 values for a row, which takes 3")
      expect { batch.push_row("1") }.to raise_error(TypeError)
    end

    it "come from Hashes with Symbols or Strings as keys, in any order, with columns that are new" do
      batch.push_hash({:id => 1, "name" => "Ada"})
      batch.push_hash({"total" => 2.5, :id => 2, :city => "Bonn"})
      expect(batch.source_names).to eq(%w[id name total city]).and be_frozen
      expect(batch.hashes(0, 9)).to eq([
        {"id" => 1, "name" => "Ada", "total" => nil, "city" => nil},
        {"id" => 2, "name" => nil, "total" => 2.5, "city" => "Bonn"}
      ])
      expect { batch.push_hash({1 => 2}) }.to raise_error(TypeError, "a column is named by a Symbol or a String, not Integer")
    end

    it "are found by number, and one that is not there is refused" do
      filled
      expect([batch.cell(0, 1), batch.value(2, :name), batch.value(2, "total")]).to eq(["Ada", "Cyd", 2.5])
      expect { batch.cell(3, 0) }.to raise_error(IndexError, "the batch has no row 3; it has 3")
      expect { batch.cell(0, 3) }.to raise_error(IndexError, "the batch has no column 3; it has 3")
      expect { batch.value(-1, :id) }.to raise_error(RangeError)
      expect { batch.value(0, :nmae) }.to raise_error(ArgumentError,
        "no column :nmae; there are :id, :name, :total. Did you mean :name?")
      expect { batch.value(0.5, :id) }.to raise_error(TypeError)
    end

    it "share the names of their columns" do
      one, other = filled.to_hash(0), batch.to_hash(1)
      expect(one.keys.zip(other.keys)).to all(satisfy { |a, b| a.equal?(b) && a.frozen? })
    end

    it "go when the batch is cleared, and so does all that was done to them" do
      filled.set(0, :name, "Eve")
      batch.rename(:id, :number).drop([:total])
      batch.filter(0)
      expect(batch.clear).to equal(batch)
      expect([batch.size, batch.outputs, batch.counts[:read]]).to eq([0, %w[id name total], 0])
      batch.push_row(["x", 1, nil])
      expect(batch.to_hash(0)).to eq({"id" => "x", "name" => 1, "total" => nil})
      expect(batch.bytes).to be > 0
    end
  end

  describe "a copy" do
    it "has the same rows, and is changed without the other" do
      batch.push_row([1, "Ada", 3])
      batch.push_row([2, "Bob", 4])
      batch.set(0, :name, "Ada L.")
      copy = described_class.new([:id]).copy_from(batch)
      batch.set(0, :name, "Cid")
      batch.reject(1)
      expect(copy.hashes(0, 1)).to eq([{"id" => 1, "name" => "Ada L.", "total" => 3}, {"id" => 2, "name" => "Bob", "total" => 4}])
      expect(copy.reject_as(batch).live).to eq([0])
      expect(copy.source_names).to eq(batch.source_names)
    end

    it "is of a batch, and of another one" do
      expect { batch.copy_from([]) }.to raise_error(TypeError)
      expect { batch.copy_from(batch) }.to raise_error(ActiveDataFlow::Error)
    end
  end

  describe "columns" do
    it "are renamed, kept and dropped without the rows being touched" do
      filled.rename(:name, "customer").keep(["customer", :id])
      expect(batch.outputs).to eq(%w[customer id]).and be_frozen
      expect(batch.to_hash(0)).to eq({"customer" => "Ada", "id" => 1})
      expect(batch.drop(["customer"]).outputs).to eq(%w[id])
      expect(batch.source_hash(0)).to eq({"id" => 1, "name" => "Ada", "total" => 1.5})
      expect { batch.rename(:name, :x) }.to raise_error(ArgumentError, /no column :name; there are :id/)
      expect { filled.keep(%i[id nam]) }.to raise_error(ArgumentError, /:nam/)
      expect(batch.outputs).to eq(%w[id])
    end

    it "are not renamed over each other" do
      expect { filled.rename(:id, :name) }.to raise_error(ArgumentError, /the row has :name already/)
      expect(batch.rename(:id, :id).outputs).to eq(%w[id name total])
    end

    it "are written to an overlay: the row as it was read stays" do
      filled.set(1, :name, "Bea")
      batch.set(2, :city, "Bonn")
      expect(batch.hashes(0, 2)).to eq([
        {"id" => 1, "name" => "Ada", "total" => 1.5, "city" => nil},
        {"id" => 2, "name" => "Bea", "total" => nil, "city" => nil},
        {"id" => 3, "name" => "Cyd", "total" => 2.5, "city" => "Bonn"}
      ])
      expect(batch.source_hash(1)).to eq({"id" => 2, "name" => "Bob", "total" => nil})
      expect([batch.assigned?(:name), batch.assigned?(:id)]).to eq([true, false])
      expect { batch.put(0, 0, 9) }.to raise_error(ArgumentError, /:id is the column as it was read/)
    end

    it "are written by number, too" do
      column = filled.overlay(:total)
      expect(batch.overlay("total")).to eq(column).and eq(batch.output(:total))
      expect(batch.put(1, column, BigDecimal("9.5"))).to eq(BigDecimal("9.5"))
      expect(batch.values(:total)).to eq([1.5, BigDecimal("9.5"), 2.5])
      expect(batch.output(:nothing)).to be_nil
      expect { batch.put(9, column, 1) }.to raise_error(IndexError)
    end

    it "come and go as a whole, for the rows that are live" do
      filled.filter(1)
      expect(batch.values(:id)).to eq([1, 3])
      expect(batch.set_values(:id, [10, "thirty"])).to equal(batch)
      expect(batch.hashes(0, 2).map { |row| row["id"] }).to eq([10, "thirty"])
      expect(batch.source_hash(2)["id"]).to eq(3)
      expect { batch.set_values(:id, [1]) }.to raise_error(ArgumentError, "1 values for a column, which takes 2")
      expect { batch.set_values(:id, [1, Object.new]) }.to raise_error(TypeError)
      expect(batch.values(:id)).to eq([10, "thirty"])
    end
  end

  describe "what becomes of a row" do
    it "is said once, and adds up" do
      filled
      expect([batch.filter(0), batch.filter(0), batch.reject(1), batch.reject(1), batch.reject(0)]).to eq([true, false, 0, nil, nil])
      expect([batch.state(0), batch.state(1), batch.state(2)]).to eq(%i[filtered rejected live])
      expect([batch.live, batch.live?(2), batch.live?(0)]).to eq([[2], true, false])
      expect(batch.counts).to eq({read: 3, live: 1, filtered: 1, skipped: 0, rejected: 1})
      expect { batch.state(3) }.to raise_error(IndexError)
    end

    it "is skipped where a later row has the same key, but not where the key is null" do
      filled([[1, "a", 1], [2, "a", 2], [1.0, "a", 3], [BigDecimal("1.0"), "a", 4], [nil, "a", 5], [nil, "a", 6], [1, "b", 7]])
      expect(batch.skip_duplicates(%i[id name])).to eq(1)
      expect(batch.values(:total)).to eq([2, 3, 4, 5, 6, 7])
      expect(batch.counts[:skipped]).to eq(1)
      expect { batch.skip_duplicates([:x]) }.to raise_error(ArgumentError)
      expect([batch.skip(1), batch.skip(1), batch.state(1), batch.counts[:skipped]]).to eq([true, false, :skipped, 2])
      expect { batch.skip(7) }.to raise_error(IndexError)
    end

    it "is told by its position in the source, even where no output has it any more" do
      filled.keep([:name])
      expect(batch.position(0)).to be_nil
      expect(batch.position_by([:id]).position(2)).to eq(3)
      expect(batch.position_by(%i[name id]).position(0)).to eq(["Ada", 1])
      expect { batch.position_by([:nothing]) }.to raise_error(ArgumentError, /there are :id, :name, :total/)
    end
  end

  describe "hashes" do
    it "are equal for equal rows and differ for others" do
      filled([[1, "Ada", BigDecimal("5.0")], [1, "Ada", 5], [1, "Ada", "5"], [1, "Ad", "a5"], [nil, "Ada", 5]])
      hashes = 5.times.map { |row| batch.row_hash(row, %i[id name total]) }
      expect(hashes.map(&:bytesize).uniq).to eq([16])
      expect(hashes.uniq.size).to eq(4)
      expect(hashes[0]).to eq(hashes[1])
      batch.filter(1)
      expect(batch.row_hashes(%i[id name total])).to eq(hashes.values_at(0, 2, 3, 4).join)
    end

    it "are the same in every version and process, since they are stored" do
      filled([[1, "Ada", BigDecimal("12.50")]])
      expect(batch.row_hash(0, %i[id name total]).unpack1("H*")).to eq("f869fd32b603fe212d54131a46c718c6")
    end
  end
end
