# frozen_string_literal: true

# Keys that the database takes for equal though their bytes differ.
RSpec.describe "[keys]" do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect
    next unless FlowDatabase::KIND == :postgresql

    sql("CREATE EXTENSION IF NOT EXISTS citext", "CREATE COLLATION IF NOT EXISTS any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    ActiveRecord::Base.connection_pool.with_connection(&:reload_type_map)
  end

  before { stub_const("Target", Class.new(ActiveRecord::Base) { self.table_name = "targets" }) }

  def sql(*texts) = ActiveRecord::Base.connection_pool.with_connection { |connection| texts.each { |text| connection.execute(text) } }

  # @param kind [String] what the sink's key is
  # @param index [String] what is unique there
  def tables(kind, index: "code", source: kind)
    sql("DROP TABLE IF EXISTS targets", "DROP TABLE IF EXISTS origins",
      "CREATE TABLE targets (id integer PRIMARY KEY, code #{kind} NOT NULL, place integer)", "CREATE UNIQUE INDEX targets_code ON targets (#{index})",
      "CREATE TABLE origins (id integer PRIMARY KEY, code #{source} NOT NULL, place integer)")
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.schema_cache.clear! }
  end

  def insert(table, codes)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      codes.each_with_index { |code, index| connection.execute("INSERT INTO #{table} VALUES (#{index + 1}, #{connection.quote(code)}, #{index + 1})") }
    end
  end

  # The flow for each way that rows can take into the table.
  def ways(codes, mode)
    given = codes.each_with_index.map { |code, index| {id: index + 1, code:, place: index + 1} }
    sinks = {rows: {}, model: {callbacks: true}}
    flows = sinks.to_h do |way, options|
      [way, flow("#{way.capitalize}Flow") {
        source given
        on_error(:quarantine, budget: 1) if mode == :insert
        sink Target, key: :code, mode:, **options
      }]
    end
    flows.merge(table: flow("TableFlow") {
      source :origins
      on_error(:quarantine, budget: 1) if mode == :insert
      sink Target, key: :code, mode:
    })
  end

  def outcome(klass, there)
    sql("DELETE FROM targets")
    sql("INSERT INTO targets (id, code, place) SELECT id + 100, code, 50 FROM origins WHERE id = #{there}") if there
    [counted(klass.run_now(restart: true)), rows(:targets, :place).flatten]
  end

  kinds = if FlowDatabase::KIND == :postgresql
    {"citext" => %w[b A a], "character(5)" => ["b", "a", "a  "], "text COLLATE any_case" => %w[b A a], "jsonb" => ["[1]", '{"a":1, "b":2}', '{"b":2,"a":1}'],
     "inet" => %w[10.0.0.2 10.0.0.1 10.0.0.1/32], "interval" => ["2 days", "1 day", "24:00:00"], "numeric" => %w[2 1.0 1.00], "real" => [2.0, 0.1, 0.10000000149],
     "int4range" => ["[5,6)", "[1,3)", "[1,2]"], "int4[]" => ["{3}", "{1,2}", "{1, 2}"], "double precision" => [1.0, 0.0, -0.0]}
  elsif FlowDatabase::KIND == :mysql
    {"decimal(10,2)" => %w[2 1.0 1.00], "varchar(20)" => %w[b A a], "varchar(20) COLLATE utf8mb4_bin" => ["b", "a", "a  "], "char(5)" => ["b", "a", "a  "],
     "text COLLATE utf8mb4_unicode_ci" => %w[b e é], "float" => [2.0, 0.1, 0.10000000149]}
  else
    {"text COLLATE NOCASE" => %w[b A a], "varchar(20) COLLATE RTRIM" => ["b", "a", "a  "], "" => [2, 1, 1.0], "string" => %w[b 1 1.0], "decimal(10,2)" => %w[2 1.0 1.00]}
  end

  kinds.each do |kind, codes|
    it "are one key on each way, the last by the cursor, or in mode :insert the first: #{kind.empty? ? "no type" : kind}" do
      tables(kind)
      insert(:origins, codes)
      {upsert: [[{read: 3, new: 2, skipped: 1}, [1, 3]], [{read: 3, new: 1, updated: 1, skipped: 1}, [1, 3]]],
       insert_only: [[{read: 3, new: 2, skipped: 1}, [1, 3]], [{read: 3, new: 1, skipped: 2}, [1, 50]]],
       update_only: [[{read: 3, skipped: 3}, []], [{read: 3, updated: 1, skipped: 2}, [3]]],
       insert: [[{read: 3, new: 2, rejected: 1}, [1, 2]]]}.each do |mode, expected|
        ways = ways(codes, mode)
        ways.delete(:model) if kind == "interval" # ActiveRecord does not read all of them
        found = ways.transform_values { |klass| [nil, *([2] if expected.size == 2)].map { |there| outcome(klass, there) } }
        expect(found).to eq(found.transform_values { expected }), "#{mode}: #{found}"
      end
    end
  end

  it "are one key through statements of several rows, too", if: FlowDatabase::KIND == :sqlite do
    allow(ActiveDataFlow::Sqlite::Door).to receive(:open) { |_raw, &block| block&.call(nil) }
    tables("text COLLATE NOCASE")
    insert(:origins, %w[b A a])
    %i[rows table].each do |way|
      expect(outcome(ways(%w[b A a], :upsert)[way], 2)).to eq([{read: 3, new: 1, updated: 1, skipped: 1}, [1, 3]])
    end
  end

  it "are left to the database where the source has them apart in the same way, and not where it has not", unless: FlowDatabase::KIND == :mysql do
    loose, exact = (FlowDatabase::KIND == :postgresql) ? ["text COLLATE any_case", "text"] : ["text COLLATE NOCASE", "text"]
    tables(loose, source: exact)
    sql("CREATE UNIQUE INDEX origins_code ON origins (code)")
    insert(:origins, %w[b A a])
    klass = ways([], :upsert)[:table]
    expect(klass.plan.to_s).to include("because code is compared in another way in targets than in origins").and include("asked which rows of a batch have one code")
    expect(outcome(klass, nil)).to eq([{read: 3, new: 2, skipped: 1}, [1, 3]])
    tables(loose)
    sql("CREATE UNIQUE INDEX origins_code ON origins (code)")
    insert(:origins, %w[b A c])
    sql("INSERT INTO targets VALUES (7, 'a', 7)")
    expect(klass.plan.path_name).to start_with("pushdown")
    expect(counted(klass.run_now(restart: true))).to eq(read: 3, new: 2, updated: 1)
    expect(rows(:targets, :code, :place)).to contain_exactly(["b", 1], ["a", 2], ["c", 3])
  end

  it "are compared as the unique index has them, whatever the column has", unless: FlowDatabase::KIND == :mysql do
    collation = (FlowDatabase::KIND == :postgresql) ? "any_case" : "NOCASE"
    tables("text", index: "code COLLATE #{collation}")
    insert(:origins, %w[b A a])
    ways(%w[b A a], :upsert).each_value do |klass|
      expect(outcome(klass, nil)).to eq([{read: 3, new: 2, skipped: 1}, [1, 3]])
      sql("DELETE FROM targets", "INSERT INTO targets VALUES (9, 'B', 9)")
      expect(counted(klass.run_now(restart: true))).to eq(read: 3, new: 1, updated: 1, skipped: 1)
      expect(rows(:targets, :code, :place)).to match_array([["B", 1], ["a", 3]])
    end
  end

  it "leave a row that the database cannot read as a key to the budget", if: FlowDatabase::KIND == :postgresql do
    tables("inet")
    klass = flow("NetFlow", ways(["10.0.0.2", "10.0.0.1", "nowhere", "10.0.0.1/32"], :upsert)[:rows]) { on_error :quarantine, budget: 1 }
    expect(outcome(klass, nil)).to eq([{read: 4, new: 2, skipped: 1, rejected: 1}, [1, 4]])
  end

  if FlowDatabase::KIND == :postgresql
    %w[uuid boolean bytea bit(4) macaddr].each do |kind|
      it "find their rows again, though the database knows no smallest: #{kind}" do
        codes = {"uuid" => %w[5f1c1c2e-0000-4000-8000-000000000001 5f1c1c2e-0000-4000-8000-000000000002], "boolean" => [true, false],
                 "bytea" => %w[a b], "bit(4)" => %w[0001 0010], "macaddr" => %w[08:00:2b:01:02:03 08:00:2b:01:02:04]}.fetch(kind)
        tables(kind)
        sql("CREATE UNIQUE INDEX origins_code ON origins (code)")
        insert(:origins, codes)
        ways(codes, :upsert).each_value do |klass|
          expect(outcome(klass, 2)).to eq([{read: 2, new: 1, updated: 1}, [1, 2]])
          expect(counted(klass.run_now(restart: true))).to eq(read: 2, unchanged: 2)
        end
      end
    end
  end
end
