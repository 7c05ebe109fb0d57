# frozen_string_literal: true

# What is otherwise on MySQL and MariaDB than elsewhere: collations, zones, types of their own.
RSpec.describe "[mysql]", if: FlowDatabase::KIND == :mysql do
  include_context "flows in a database"

  after { ActiveRecord::Base.connection_pool.with_connection { |connection| %i[things copies].each { |table| connection.drop_table(table, if_exists: true) } } }

  # Two tables that are alike.
  def tables(**options, &columns)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %i[things copies].each { |name| connection.create_table(name, **options, &columns) }
    end
  end

  def sql(text) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute(text) }

  # A flow from one into the other.
  def copies(rows: 3, **options)
    @copies ||= flow("ThingsFlow") do
      source :things, **options.slice(:cursor)
      transform { |_row| }
      sink :copies, **options.slice(:key)
      batch_size rows
      on_error :quarantine, budget: 5
    end
  end

  def all_types
    tables do |table|
      table.boolean :flag
      table.column :tiny, "tinyint(4)"
      table.column :small, "smallint unsigned"
      table.bigint :big
      table.column :huge, "bigint unsigned"
      table.decimal :exact, precision: 20, scale: 6
      table.float :rough, limit: 53
      table.column :single, "float"
      table.datetime :at, precision: 6
      table.column :second, "datetime"
      table.date :day
      table.string :name
      table.column :long_name, "longtext"
      table.binary :bytes
      table.json :facts
      table.column :kind, "enum('a','b')"
    end
  end

  it "carries values of every type unchanged, twice without a write" do
    all_types
    sql(<<~SQL)
      INSERT INTO things (flag, tiny, small, big, huge, exact, rough, single, at, second, day, name, long_name, bytes, facts, kind) VALUES
        (1, -128, 65535, -9223372036854775808, 18446744073709551615, 12345678901234.567891, 0.1, 0.5, '2024-02-29 23:59:59.123456',
         '2024-02-29 23:59:59', '1000-01-01', 'it''s \\\\ "ü" 😀', REPEAT('x', 70000), x'00ff27', '{"a": [1, 2.50, null]}', 'b'),
        (0, 127, 0, 9223372036854775807, 0, -0.000001, -1.5e300, -0.25, '1999-12-31 00:00:00.000001', '9999-12-31 00:00:00', '9999-12-31',
         '', '', '', '[]', 'a'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    SQL
    expect(counted(copies.run_now)).to eq(read: 3, new: 3)
    expect(rows(:copies, "*")).to eq(rows(:things, "*"))
    expect(counted(copies.run_now)).to eq(read: 3, unchanged: 3)
  end

  it "shows a block booleans, decimals, times and days as Ruby has them" do
    all_types
    sql("INSERT INTO things (flag, exact, at, day) VALUES (1, 1.5, '2024-02-29 23:59:59.123456', '2024-02-29')")
    seen = nil
    copies.transform { |row| seen = row.to_h.slice(:flag, :exact, :at, :day) }
    copies.run_now
    expect(seen).to eq(flag: true, exact: BigDecimal("1.5"), at: Time.utc(2024, 2, 29, 23, 59, 59.123456r), day: Date.new(2024, 2, 29))
  end

  it "writes what a collation takes for the same and bytes do not" do
    tables { |table| table.string :name }
    sql("INSERT INTO things (name) VALUES ('Ada'), ('Zoë'), ('end ')")
    sql("INSERT INTO copies (name) VALUES ('ADA'), ('Zoe'), ('end')")
    expect(counted(copies.run_now)).to eq(read: 3, updated: 3)
    expect(rows(:copies, :name).flatten).to eq(["Ada", "Zoë", "end "])
  end

  it "finds rows by a text as the sink's collation does, and writes the last of those that it takes for the same" do
    tables { |table| table.string(:name, index: {unique: table.name.to_s == "copies"}) && table.integer(:number) }
    sql("INSERT INTO things (name, number) VALUES ('ada', 1), ('Bob', 2), ('ADA', 3), ('cid', 4)")
    sql("INSERT INTO copies (name, number) VALUES ('Cid', 4)")
    klass = flow("NamesFlow") do
      source :things
      keep :name, :number
      sink :copies, key: :name
    end
    expect(counted(klass.run_now)).to eq(read: 4, new: 2, unchanged: 1, skipped: 1)
    expect(rows(:copies, :name, :number)).to contain_exactly(["ADA", 3], ["Bob", 2], ["Cid", 4])
  end

  it "meets tables of another collation and character set" do
    tables(charset: "latin1", collation: "latin1_german2_ci") { |table| table.string :name }
    sql("ALTER TABLE things CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    sql("INSERT INTO things (name) VALUES ('Käse'), ('Brot')")
    expect([counted(copies.run_now), counted(copies.run_now)]).to eq([{read: 2, new: 2}, {read: 2, unchanged: 2}])
    sql("UPDATE things SET name = '😀' WHERE id = 2")
    run = copies.run_now
    expect(counted(run)).to eq(read: 2, unchanged: 1, rejected: 1)
    expect(run.rejects.map { |reject| [reject.column_name, reject.row["name"]] }).to eq([["name", "😀"]])
  end

  it "reads along texts in the order of their collation, each once" do
    tables(id: false) { |table| table.string :code, null: false, primary_key: true }
    codes = %w[b A c B2 äz Z a1 z2 _ Ö o9]
    sql("INSERT INTO things (code) VALUES #{codes.map { |code| "('#{code}')" }.join(", ")}")
    run = copies(rows: 2).run_now
    expect(counted(run)).to eq(read: 11, new: 11)
    expect(ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_values("SELECT code FROM copies") }).to match_array(codes)
  end

  it "reads along moments with all their digits, and goes on behind one" do
    tables { |table| table.datetime :at, precision: 6, null: false }
    sql("INSERT INTO things (at) VALUES #{(1..7).map { |micro| "('2024-02-29 23:59:59.00000#{micro}')" }.join(", ")}")
    expect(counted(copies(cursor: %i[at id], rows: 2).run_now)).to eq(read: 7, new: 7)
  end

  it "sets timestamps in UTC, whatever the zone of its sessions is" do
    tables { |table| table.string(:name) && table.timestamps(null: false) }
    klass = flow("StampFlow") do
      source [{id: 1, name: "a"}]
      sink :copies
    end
    klass.run_now
    expect(ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("SELECT ABS(TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP())) FROM copies") }).to be < 60
  end

  it "changes no row that another unique key leads to" do
    tables { |table| table.string(:name, index: {unique: table.name.to_s == "copies"}) }
    sql("INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b')")
    sql("INSERT INTO copies (id, name) VALUES (9, 'a')")
    run = copies.run_now
    expect(counted(run)).to eq(read: 2, new: 1, rejected: 1)
    expect(rows(:copies, :id, :name)).to eq([[2, "b"], [9, "a"]])
  end

  it "names the column that a row does not fit into, and keeps a reject of any length" do
    tables { |table| table.column :name, "longtext" }
    sql("ALTER TABLE copies ADD CONSTRAINT short CHECK (CHAR_LENGTH(name) < 100)")
    sql("INSERT INTO things (name) VALUES ('fits'), (REPEAT('x', 100000))")
    run = copies.run_now
    expect(counted(run)).to eq(read: 2, new: 1, rejected: 1)
    expect(run.rejects.first.row["name"].size).to eq(100_000)
  end

  it "splits what is longer than a server takes" do
    tables { |table| table.column :name, "longtext" }
    sql("INSERT INTO things (name) SELECT REPEAT('y', 1000000) FROM seq_1_to_20")
    expect(counted(copies(rows: 20).run_now)).to eq(read: 20, new: 20)
  end

  it "leaves no temporary table behind" do
    tables { |table| table.string :name }
    sql("INSERT INTO things (name) VALUES ('a')")
    ActiveRecord::Base.transaction do
      copies.run_now
      expect(ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("SELECT count(*) FROM information_schema.tables WHERE table_type = 'TEMPORARY' AND table_name LIKE 'adf%'") }).to eq(0)
    end
  end
end
