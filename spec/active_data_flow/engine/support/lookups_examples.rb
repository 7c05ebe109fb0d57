# frozen_string_literal: true

# Columns out of other tables, whichever path the rows take.
RSpec.describe "[lookups]" do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect
    ActiveRecord::Base.connection_pool.with_connection { |connection| make(connection) }
    Object.const_set(:ElsewhereRecord, Class.new(ActiveRecord::Base) { self.abstract_class = true }) unless defined?(ElsewhereRecord)
    ElsewhereRecord.establish_connection(adapter: "sqlite3", database: File.join(FlowDatabase.folder, "elsewhere.sqlite3"))
    ElsewhereRecord.connection_pool.with_connection { |connection| make(connection) }
    ActiveDataFlow.prepare_marks!(ElsewhereRecord)
  end

  def make(connection)
    connection.create_table(:shops, force: true) { |table| table.string(:code, null: false, index: {unique: true}) && table.string(:name) && table.integer(:region) }
    connection.create_table(:prices, force: true) do |table|
      table.integer :region, null: false
      table.string :product, null: false
      table.integer :price
      table.index %i[region product], unique: true
    end
    connection.create_table(:items, force: true) { |table| item_columns(table) }
    connection.create_table(:exported_items, force: true) do |table|
      item_columns(table)
      table.string :shop_name
      table.integer :region
      table.integer :price
      table.integer :total
    end
  end

  def item_columns(table)
    table.integer :shop_id
    table.string :shop_code
    table.string :product
    table.string :name
    table.integer :pieces
  end

  before do
    [ActiveRecord::Base, ElsewhereRecord].each do |base|
      base.connection_pool.with_connection { |connection| %w[shops prices items exported_items].each { |table| connection.execute("DELETE FROM #{table}") } }
    end
    insert(:shops, (1..3).map { |id| {id:, code: "S#{id}", name: "shop #{id}", region: id.odd? ? 1 : nil} })
    insert(:prices, [{region: 1, product: "tea", price: 5}, {region: 1, product: "rye", price: 7}, {region: 2, product: "tea", price: 9}])
    insert(:items, [[1, "S1", "tea"], [2, "S2", "tea"], [nil, nil, "rye"], [9, "S9", "rye"], [3, "S3", nil], [1, "S1", "rye"], [3, "s3", "oat"]]
      .each_with_index.map { |(shop_id, shop_code, product), index| {id: index + 1, shop_id:, shop_code:, product:, name: "item #{index + 1}", pieces: index} })
  end

  def insert(table, rows, base = ActiveRecord::Base)
    base.connection_pool.with_connection do |connection|
      rows.each_slice(500) { |some| connection.execute("INSERT INTO #{table} (#{some.first.keys.join(", ")}) VALUES #{some.map { |row| "(#{row.values.map { |value| connection.quote(value) }.join(", ")})" }.join(", ")}") }
    end
  end

  # The same flow twice: once as it is, once with a block that does nothing and keeps the rows in this process.
  def both(&steps)
    pushed = flow("LookupFlow") do
      source :items
      on_error :quarantine, budget: 100
      class_eval(&steps)
      sink :exported_items
    end
    [pushed, flow("CarriedFlow", pushed) { transform { |_row| } }]
  end

  def exported(*names) = rows(:exported_items, :id, *names)

  # What a run makes of nothing: its counts, its rows, what it has put aside and how often it has asked a lookup's table.
  def outcome(klass, *names)
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM exported_items") }
    asked = 0
    counting = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| asked += 1 if event.payload[:name] == "Lookup" }
    run = klass.run_now
    [counted(run), exported(*names), run.rejects.map { |reject| [reject.position, reject.stage, reject.column_name, reject.reason[/\A[^(]+/]] }, asked]
  ensure
    ActiveSupport::Notifications.unsubscribe(counting)
  end

  def pushed?(klass) = klass.plan.path_name.start_with?("pushdown")

  def pushes? = FlowDatabase::KIND != :mysql

  # Both ways, which come to the same.
  def same(*names, asked: 1, &steps)
    pushed, carried = both(&steps)
    expect(pushed?(pushed)).to be(pushes?), pushed.plan.to_s
    one, other = [pushed, carried].map { |klass| outcome(klass, *names) }
    expect(one.first(3)).to eq(other.first(3))
    expect([one.last, other.last]).to eq([pushes? ? 0 : asked, asked])
    one
  end

  it "takes NULL where there is none" do
    counts, rows, = same(:shop_name, :region) { lookup :shops, on: {shop_id: :id}, take: {name: :shop_name, region: :region} }
    expect(counts).to eq(read: 7, new: 7)
    expect(rows).to eq([[1, "shop 1", 1], [2, "shop 2", nil], [3, nil, nil], [4, nil, nil], [5, "shop 3", 1], [6, "shop 1", 1], [7, "shop 3", 1]])
  end

  it "takes rows out where there is none" do
    counts, rows, = same(:shop_name) { lookup :shops, on: {shop_code: :code}, take: {name: :shop_name}, missing: :filter }
    expect(counts).to eq(read: 7, filtered: 3, new: 4)
    expect(rows).to eq([[1, "shop 1"], [2, "shop 2"], [5, "shop 3"], [6, "shop 1"]])
  end

  it "puts rows aside where there is none, and looks at the rows of a window only where that has one" do
    pushed, carried = both { lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}, missing: :reject }
    expect(pushed?(pushed)).to be(pushes?)
    one, other = [pushed, carried].map { |klass| outcome(klass, :shop_name) }
    expect(one).to eq(other)
    expect(one[0]).to eq(read: 7, rejected: 2, new: 5)
    expect(one[2]).to eq([["int:3", "transform", "shop_id", "shops has no row with id null "], ["int:4", "transform", "shop_id", "shops has no row with id 9 "]])
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM items WHERE id IN (3, 4)") }
    expect([pushed, carried].map { |klass| outcome(klass, :shop_name) }).to match([[{read: 5, new: 5}, one[1], [], pushes? ? 0 : 1], [{read: 5, new: 5}, one[1], [], 1]])
  end

  it "says in the plan which way, and why" do
    pushed, carried = both { lookup :shops, on: {shop_id: :id}, take: {name: :shop_name} }
    there = pushes? ? "joined there" : "asked once a batch"
    expect(pushed.plan.to_s).to match(/lookup shops, #{there} \(lookups_examples\.rb:\d+\)/)
    expect(carried.plan.to_s).to match(/lookup shops, asked once a batch/)
  end

  it "finds by several columns, one of which an earlier lookup has brought" do
    counts, rows, = same(:region, :price, asked: 2) do
      lookup :shops, on: {shop_id: :id}, take: {region: :region}
      lookup :prices, on: {region: :region, product: :product}, take: {price: :price}
    end
    expect(counts).to eq(read: 7, new: 7)
    expect(rows).to eq([[1, 1, 5], [2, nil, nil], [3, nil, nil], [4, nil, nil], [5, 1, nil], [6, 1, 7], [7, 1, nil]])
  end

  it "is followed by steps that compute with what it brought, and by filters" do
    counts, rows, = same(:total) do
      lookup :prices, on: {pieces: :region, product: :product}, take: {price: :price}
      filter { |row| row[:pieces] < 6 }
      derive(:total) { |row| row[:price].coalesce(0) + row[:pieces] }
    end
    expect(counts).to eq(read: 7, filtered: 1, new: 6)
    expect(rows.map(&:last)).to eq([0, 6, 2, 3, 4, 5])
  end

  it "finds by columns that earlier steps have made" do
    counts, rows, = same(:shop_name) do
      derive(:wanted) { |row| row[:pieces] - 1 }
      lookup :shops, on: {wanted: :id}, take: {name: :shop_name}
      drop :pieces, :shop_code
      rename wanted: :pieces
    end
    expect(counts).to eq(read: 7, new: 7)
    expect(rows.map(&:last)).to eq([nil, nil, "shop 1", "shop 2", "shop 3", nil, nil])
  end

  it "looks into the table that is written, as each batch finds it" do
    orders(6)
    Export.insert_all!([3, 6].map { |id| {id:, number: "A#{id}", name: "old"} }, record_timestamps: false)
    Order.update_all("net = id - 1")
    counts = [[], [-> { transform { |_row| } }]].map do |steps|
      klass = flow do
        source :orders
        batch_size 3
        lookup :exports, on: {net: :id}, take: {name: :note}
        steps.each { |step| class_exec(&step) }
        sink :exports
      end
      found = nil
      Export.transaction do
        found = [counted(klass.run_now), rows(:exports, :id, :name, :note)]
        raise ActiveRecord::Rollback
      end
      found
    end
    expect(counts.uniq.size).to eq(1)
    expect(counts.first.first).to eq(read: 6, new: 4, updated: 2)
  end

  it "joins the same table twice, beside a scope that names a column without its table" do
    pushed, carried = both do
      source :items, scope: -> { where("name <> 'item 7' AND id > 1") }
      lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}, missing: :filter
      lookup :shops, on: {shop_code: :code}, take: {id: :total}
    end
    expect(pushed?(pushed)).to be(pushes?)
    one, other = [pushed, carried].map { |klass| outcome(klass, :shop_name, :total).first(3) }
    expect(one).to eq(other)
    expect(one[1]).to eq([[2, "shop 2", 2], [5, "shop 3", 3], [6, "shop 1", 1]])
  end

  it "goes by the default scope of its model" do
    stub_const("Shop", Class.new(ActiveRecord::Base) { default_scope { where.not(id: 1).order(:name) } })
    _, rows, = same(:shop_name) { lookup Shop, on: {shop_id: :id}, take: {name: :shop_name} }
    expect(rows.map(&:last)).to eq([nil, "shop 2", nil, nil, "shop 3", nil, "shop 3"])
  end

  it "is not joined where that scope is more than a condition: a row could come twice", unless: FlowDatabase::KIND == :mysql do
    stub_const("Shop", Class.new(ActiveRecord::Base) { default_scope { joins("JOIN prices p ON p.region = shops.region") } })
    klass, = both { lookup Shop, on: {shop_id: :id}, take: {name: :shop_name} }
    expect(klass.plan.path_reason).to match(/lookup at \S+: the default scope of shops is more than a condition/)
    expect(outcome(klass, :shop_name)[1].map(&:last)).to eq(["shop 1", nil, nil, nil, "shop 3", "shop 1", "shop 3"])
  end

  it "puts aside the row that the first of two lookups finds nothing for, though the second would take it out" do
    pushed, carried = both do
      lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}, missing: :reject
      lookup :prices, on: {pieces: :region, product: :product}, take: {price: :price}, missing: :filter
    end
    one, other = [pushed, carried].map { |klass| outcome(klass, :price) }
    expect(one).to eq(other)
    expect([one[0], one[1]]).to eq([{read: 7, rejected: 2, filtered: 4, new: 1}, [[2, 5]]])
  end

  describe "asks" do
    def items(count)
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM items") }
      insert(:items, Array.new(count) { |index| {id: index + 1, shop_id: index.zero? ? nil : 1 + index % 3, product: "p#{index}", pieces: index} })
    end

    it "once a batch, whatever is twice in it or NULL" do
      items(25)
      _, carried = both do
        batch_size 10
        lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}
      end
      counts, rows, _, asked = outcome(carried, :shop_name)
      expect([counts, asked]).to eq([{read: 25, new: 25}, 3])
      expect(rows.map(&:last)).to eq([nil, *(1..24).map { |index| "shop #{1 + index % 3}" }])
    end

    it "once for thousands of keys, of several columns, too" do
      items(3_000)
      insert(:prices, (0...3_000).step(2).map { |index| {region: index, product: "p#{index}", price: index} })
      batches = []
      carried, = both do
        lookup :prices, on: {pieces: :region, product: :product}, take: {price: :price}
        lookup :shops, on: {pieces: :id}, take: {name: :shop_name}
        transform_batch { |batch| batches << batch.size }
      end
      counts, rows, _, asked = outcome(carried, :price)
      expect(counts).to eq(read: 3_000, new: 3_000)
      expect(rows.map(&:last)).to eq((0...3_000).map { |index| index.even? ? index : nil })
      expect([asked, batches.sum, batches.max]).to match([2 * batches.size, 3_000, be > 500])
    end

    it "nothing where all keys are NULL" do
      items(1)
      _, carried = both { lookup :shops, on: {shop_id: :id}, take: {name: :shop_name} }
      expect(outcome(carried, :shop_name).values_at(1, 3)).to eq([[[1, nil]], 0])
    end
  end

  describe "in another database" do
    it "is asked there, and not joined" do
      insert(:shops, [{id: 1, code: "E1", name: "elsewhere 1"}], ElsewhereRecord)
      elsewhere, carried = both { lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}, connection: "ElsewhereRecord" }
      expect(elsewhere.plan.path_reason).to match(/lookup, lookups_examples\.rb:\d+: the other table is in another database/) if pushes?
      one, other = [elsewhere, carried].map { |klass| outcome(klass, :shop_name) }
      expect(one).to eq(other)
      expect([one[1].map(&:last), one[3]]).to eq([["elsewhere 1", nil, nil, nil, nil, "elsewhere 1", nil], 1])
    end

    it "is joined in the source's file, and not taken for a table of that name here", if: FlowDatabase.attaches? do
      insert(:shops, [{id: 3, code: "E3", name: "elsewhere 3"}], ElsewhereRecord)
      insert(:items, [{id: 1, shop_id: 3, pieces: 1}, {id: 2, shop_id: 1, pieces: 1}], ElsewhereRecord)
      klass = flow do
        source :items, connection: "ElsewhereRecord"
        lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}, connection: "ElsewhereRecord"
        lookup :prices, on: {pieces: :region, product: :product}, take: {price: :price}
        sink :exported_items
      end
      expect(pushed?(klass)).to be(true), klass.plan.to_s
      expect(outcome(klass, :shop_name).values_at(1, 3)).to eq([[[1, "elsewhere 3"], [2, nil]], 0])
      stub_const("Shop", Class.new(ElsewhereRecord) { default_scope { where("id IN (SELECT id FROM shops)") } })
      expect(klass.plan.path_reason).to include("the other table is in another database")
      expect(outcome(klass, :shop_name)[1]).to eq([[1, "elsewhere 3"], [2, nil]])
    end

    it "is asked here, while the flow reads and writes there" do
      insert(:items, [{id: 1, shop_id: 3, pieces: 1}, {id: 2, shop_id: 7, pieces: 1}], ElsewhereRecord)
      klass = flow do
        source :items, connection: "ElsewhereRecord"
        lookup "Shop", on: {shop_id: :id}, take: {name: :shop_name}
        sink :exported_items, connection: "ElsewhereRecord"
      end
      stub_const("Shop", Class.new(ActiveRecord::Base))
      klass.run_now
      expect(ElsewhereRecord.connection_pool.with_connection { |connection| connection.select_rows("SELECT id, shop_name FROM exported_items ORDER BY id") }).to eq([[1, "shop 3"], [2, nil]])
    end
  end

  it "refuses before the first row what could find a row twice, what is not there, and what is never equal" do
    twice = both { lookup :prices, on: {product: :product}, take: {price: :price} }.first
    expect { twice.plan }.to raise_error(ActiveDataFlow::ConfigurationError,
      /lookup at lookups_examples\.rb:\d+: on: leads to \[:product\], which is not unique in prices, so a row could be found twice\. Unique are \[:id\], \[:region, :product\]\./)
    unknown = both { lookup :shops, on: {shop_id: :id}, take: {nmae: :shop_name} }.first
    expect { unknown.plan }.to raise_error(ActiveDataFlow::ConfigurationError, /shops has no column nmae; it has :id, .* Did you mean :name\?/)
    ours = both { lookup :shops, on: {shop: :id}, take: {name: :shop_name} }.first
    expect { ours.plan }.to raise_error(ActiveDataFlow::ColumnMismatch, /lookup at \S+ names shop, which the rows do not have there/)
    never = both { lookup :shops, on: {shop_code: :id}, take: {name: :shop_name} }.first
    expect { never.plan }.to raise_error(ActiveDataFlow::ConfigurationError, /shop_code is string, and shops\.id integer: these are never equal\. Write: cast shop_code: :integer above it\./)
    nowhere = both { lookup :shpos, on: {shop_id: :id}, take: {name: :shop_name} }.first
    expect { nowhere.plan }.to raise_error(ArgumentError, /there is neither a model Shpo nor a table shpos in .* Did you mean :?shops\?/)
  end

  it "refuses columns that only their model can read: their bytes would be taken for the value" do
    stub_const("Shop", Class.new(ActiveRecord::Base) { serialize :name, coder: JSON })
    {{take: {name: :shop_name}, on: {shop_id: :id}} => "name", {take: {region: :region}, on: {shop_code: :code}} => nil}.each do |words, column|
      klass = flow("Sealed#{column}Flow") { [source(:items), lookup(:shops, **words), sink(:exported_items)] }
      next expect(counted(klass.run_now)).to include(read: 7) unless column

      expect { klass.plan }.to raise_error(ActiveDataFlow::ConfigurationError,
        /lookup at lookups_examples\.rb:\d+: shops\.name is encrypted or serialized, so only Shop can read it, and a lookup asks the database\. Ask Shop in a block: transform_batch/)
    end
  end

  it "is refused as soon as somebody has altered the other table, wherever that is" do
    here, = both { lookup :shops, on: {shop_code: :code}, take: {name: :shop_name} }
    there = flow("ElsewhereFlow", here) { lookup :shops, on: {shop_code: :code}, take: {region: :region}, connection: "ElsewhereRecord" }
    2.times { expect([here.run_now, there.run_now].map(&:status)).to eq(["success"] * 2) }
    {ActiveRecord::Base => here, ElsewhereRecord => there}.reverse_each do |base, klass|
      base.connection_pool.with_connection { |connection| connection.remove_index(:shops, :code) }
      expect { klass.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, /on: leads to \[:code\], which is not unique in shops/)
    ensure
      base.connection_pool.with_connection { |connection| connection.add_index(:shops, :code, unique: true) }
    end
  end

  it "finds numbers by texts that were cast" do
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE items SET shop_code = #{(FlowDatabase::KIND == :mysql) ? "CAST(shop_id AS CHAR)" : "CAST(shop_id AS TEXT)"}") }
    klass, = both do
      cast shop_code: :integer
      lookup :shops, on: {shop_code: :id}, take: {name: :shop_name}
      cast shop_code: :string
    end
    expect(outcome(klass, :shop_name)[1].map(&:last)).to eq(["shop 1", "shop 2", nil, nil, "shop 3", "shop 1", "shop 3"])
  end

  it "knows texts apart that a collation takes for the same", if: FlowDatabase::KIND == :sqlite do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.drop_table(:brands, if_exists: true)
      connection.execute("CREATE TABLE brands (id INTEGER PRIMARY KEY, code VARCHAR COLLATE NOCASE UNIQUE, name VARCHAR)")
    end
    insert(:brands, [{id: 1, code: "S1", name: "one"}, {id: 3, code: "S3", name: "three"}])
    _, rows, = same(:shop_name) { lookup :brands, on: {shop_code: :code}, take: {name: :shop_name} }
    expect(rows.map(&:last)).to eq(["one", nil, nil, nil, "three", "one", nil])
  end

  it "puts aside a key that is not what its column says", if: FlowDatabase::KIND == :sqlite do
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE items SET shop_id = 'many' WHERE id = 2") }
    pushed, carried = both do
      lookup :shops, on: {shop_id: :id}, take: {name: :shop_name}
      drop :shop_id
      filter { |row| row[:pieces] > 2 }
    end
    one, other = [pushed, carried].map { |klass| outcome(klass, :shop_name) }
    expect(one.first(3)).to eq(other.first(3))
    expect([one[0], one[2].map(&:first)]).to eq([{read: 7, rejected: 1, filtered: 2, new: 4}, ["int:2"]])
  end

  it "is found by an index, texts too", if: FlowDatabase::KIND == :postgresql do
    klass, = both { lookup :shops, on: {shop_code: :code}, take: {name: :shop_name} }
    sql = []
    seeing = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| sql << event.payload[:sql] if event.payload[:name] == "ActiveDataFlow pushdown" }
    klass.run_now
    ActiveSupport::Notifications.unsubscribe(seeing)
    plan = ActiveRecord::Base.transaction do
      connection = ActiveRecord::Base.connection
      %w[hashjoin mergejoin seqscan material].each { |word| connection.execute("SET LOCAL enable_#{word} = off") }
      connection.select_values("EXPLAIN #{sql.last}").join("\n")
    end
    expect(plan).to match(/index_shops_on_code/).and match(/Index Cond: \(\(code\)::text = /)
  end
end
