# frozen_string_literal: true

require "spec_helper"
require "active_data_flow"
require "bigdecimal"

# Rows as a database takes and sends them. That the databases really read this is specified where flows write to them.
RSpec.describe ActiveDataFlow::Native::Batch do
  let(:columns) { [["id", "bigint"], ["name", "text"], ["total", "numeric(10,2)"], ["at", "timestamp(6) without time zone"]] }
  let(:batch) { described_class.new(columns.map(&:first)) }
  let(:last) { 99 }

  def filled
    batch.push_row([1, "Ada", BigDecimal("12.345"), Time.utc(2026, 1, 2, 3, 4, 5.5r)])
    batch.push_row([2, nil, nil, nil])
    batch.push_row([3, "tab\tback\\slash'", "7", "1969-12-31 23:59:59"])
    batch
  end

  def one(value, type, dialect = "postgresql")
    row = described_class.new(%w[v])
    row.push_row([value])
    row.values_sql(dialect, [["v", type]], 0, 0)
  end

  describe "#fit" do
    it "casts to the sink's types, and leaves what was read as it was" do
      expect(filled.fit("postgresql", columns)).to eq([])
      expect(batch.values(:total)).to eq([BigDecimal("12.35"), nil, 7])
      expect(batch.value(2, :at)).to eq(Time.utc(1969, 12, 31, 23, 59, 59))
      expect(batch.source_hash(0)["total"]).to eq(BigDecimal("12.345"))
      expect([batch.assigned?(:id), batch.assigned?(:total)]).to eq([false, true])
    end

    it "names row, column and reason of what does not fit, and lets it be" do
      filled.push_row(["12abc", "x", "1e9", nil])
      batch.push_row([5, "\xff", nil, nil])
      expect(batch.fit(:postgresql, columns)).to eq([
        [3, "id", 'id is "12abc", which is no integer'],
        [4, "name", 'name is "�", which is not UTF-8']
      ])
      expect(batch.value(3, :id)).to eq("12abc")
      expect(batch.counts[:live]).to eq(5)
    end

    it "looks at live rows only" do
      filled.push_row(["12abc", nil, nil, nil])
      batch.reject(3)
      expect(batch.fit("postgresql", columns)).to eq([])
    end

    it "knows no other databases, and no columns that the rows do not have" do
      expect { batch.fit("oracle", columns) }.to raise_error(ArgumentError, /"oracle" is no database .* postgresql, sqlite, mysql/)
      expect { batch.fit("sqlite", [["nmae", "text"]]) }.to raise_error(ArgumentError, /no column :nmae.*Did you mean :name/)
      expect { batch.fit("sqlite", [["name"]]) }.to raise_error(ArgumentError, /a column \(its name and its SQL type\) has 2 entries/)
    end
  end

  describe "COPY" do
    it "in its binary form comes back as it went, in pieces of any size" do
      types = columns.map(&:last)
      bytes = filled.copy_binary(columns, 0, last)
      expect(bytes.encoding).to eq(Encoding::BINARY)
      expect(bytes).to start_with("PGCOPY\n\xff\r\n\0".b).and end_with("\xff\xff".b)
      [1, 7, 1_000].each do |size|
        reader = ActiveDataFlow::Native::CopyReader.new(types)
        back = described_class.new(columns.map(&:first))
        expect(bytes.scan(/.{1,#{size}}/mn).sum { |piece| reader.feed(piece, back) }).to eq(3)
        expect([reader.done?, reader.between_rows?]).to eq([true, true])
        expect(back.to_hash(0)).to eq({"id" => 1, "name" => "Ada", "total" => BigDecimal("12.35"), "at" => Time.utc(2026, 1, 2, 3, 4, 5.5r)})
        expect(back.to_hash(1)).to eq({"id" => 2, "name" => nil, "total" => nil, "at" => nil})
      end
    end

    it "in its text form is a line a row, and comes back" do
      lines = filled.copy_text(columns, 0, last)
      expect(lines).to eq("1\tAda\t12.35\t2026-01-02 03:04:05.500000\n2\t\\N\t\\N\t\\N\n" \
        "3\ttab\\tback\\\\slash'\t7.00\t1969-12-31 23:59:59.000000\n")
      back = described_class.new(columns.map(&:first))
      expect(ActiveDataFlow::Native::CopyReader.text(columns.map(&:last)).feed(lines, back)).to eq(3)
      expect(back.value(2, :name)).to eq("tab\tback\\slash'")
      expect(back.copy_binary(columns, 0, last)).to eq(batch.copy_binary(columns, 0, last))
    end

    it "sends the live rows of a range" do
      filled.filter(1)
      expect(batch.copy_text([["id", "bigint"]], 0, last)).to eq("1\n3\n")
      expect(batch.copy_text([["id", "bigint"]], 1, 2)).to eq("3\n")
      expect(batch.copy_text([["id", "bigint"]], 1, 1)).to eq("")
    end

    it "refuses what does not fit, and types that only the server can read in binary" do
      filled
      expect { batch.copy_binary([["name", "integer"]], 0, last) }.to raise_error(ArgumentError, 'row 0: name is "Ada", which is no integer')
      expect { batch.copy_binary([["name", "inet"]], 0, last) }.to raise_error(ArgumentError, /name is inet, .* copy_text/)
    end

    it "refuses bytes that are none of it" do
      reader = ActiveDataFlow::Native::CopyReader.new(%w[bigint])
      one = described_class.new(%w[id])
      expect { reader.feed("id\n1\n", one) }.to raise_error(ActiveDataFlow::Error, /not what COPY sends: .* header/)
      expect { reader.feed("x", batch) }.to raise_error(ArgumentError, "1 values for a row, which takes 4")
      expect { ActiveDataFlow::Native::CopyReader.text(%w[bigint]).feed("1\t2\n", one) }.to raise_error(ActiveDataFlow::Error, /2 fields/)
      expect(one.size).to eq(0)
    end
  end

  describe "#values_sql" do
    it "is the list behind VALUES" do
      expect(filled.values_sql("postgresql", columns.first(3), 0, last)).to eq(
        "(1, 'Ada', 12.35), (2, NULL, NULL), (3, 'tab\tback\\slash''', 7.00)"
      )
      expect(batch.values_sql("mysql2", columns.values_at(0, 1), 2, 2)).to eq("(3, 'tab\tback\\\\slash\\'')")
    end

    it "says each value as the adapter does" do
      time = Time.utc(2026, 1, 2, 3, 4, 5.123456r)
      said = %w[postgresql sqlite mysql].map do |dialect|
        [one(true, "boolean", dialect), one("\x01\xff".b, "blob", dialect), one(time, "datetime(6)", dialect),
          one(Date.new(2026, 1, 2), "date", dialect), one(time, "time", dialect), one(1.5, "float", dialect)]
      end
      expect(said).to eq([
        ["(TRUE)", "('\\x01ff')", "('2026-01-02 03:04:05.123456')", "('2026-01-02')", "('03:04:05.123456')", "(1.5)"],
        ["(1)", "(x'01ff')", "('2026-01-02 03:04:05.123456')", "('2026-01-02')", "('2000-01-01 03:04:05.123456')", "(1.5)"],
        ["(1)", "(x'01ff')", "('2026-01-02 03:04:05.123456')", "('2026-01-02')", "('03:04:05.123456')", "(1.5)"]
      ])
      # SQLite compares texts, so a moment has one, the one that ActiveRecord writes; to the others it is a moment.
      second = Time.utc(2026, 1, 2, 3, 4, 5)
      expect(%w[sqlite mysql].map { |dialect| one(second, "datetime(6)", dialect) }).to eq(["('2026-01-02 03:04:05')", "('2026-01-02 03:04:05.000000')"])
      expect(one(Float::NAN, "double precision")).to eq("('NaN')")
      expect(one(Time.utc(-43, 3, 15), "timestamp with time zone")).to eq("('0044-03-15 00:00:00.000000+00 BC')")
      expect(one(2**70, "numeric")).to eq("(1180591620717411303424)")
      expect(one({"a" => "it's"}, "jsonb")).to eq(%q[('{"a":"it''s"}')])
      expect(one("\xff", "text", "sqlite")).to eq("(CAST(x'ff' AS TEXT))")
    end

    it "refuses what the database could not say back" do
      expect { one("a\0b", "text") }.to raise_error(ArgumentError, /NUL byte, which PostgreSQL does not take/)
      expect { one("a\0b", "text", "sqlite") }.to raise_error(ArgumentError, /NUL byte, which SQLite/)
      expect { one(Float::NAN, "double", "mysql") }.to raise_error(ArgumentError, /v is NaN, which is no number that the database has/)
      expect { one(Float::INFINITY, "numeric", "sqlite") }.to raise_error(ArgumentError, /no number/)
      expect { one("\xff", "text") }.to raise_error(ArgumentError, /which is not UTF-8/)
    end
  end
end
