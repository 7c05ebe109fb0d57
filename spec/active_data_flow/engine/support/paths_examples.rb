# frozen_string_literal: true

RSpec.describe "[paths]" do
  include_context "flows in a database"

  before do
    orders(6)
    Export.insert_all!((3..7).map { |id| {id:, number: "A#{id}", name: (id > 4) ? "old" : "order #{id}", net: id, note: "kept"} }, record_timestamps: false)
  end

  # The same flow twice: once as it is, once with a block that does nothing and keeps the rows in this process.
  def both(mode: :upsert, &steps)
    pushed = flow("PushedFlow") do
      source :orders
      class_eval(&steps) if steps
      sink :exports, mode:
    end
    [pushed, flow("CarriedFlow", pushed) { transform { |_row| } }]
  end

  def exports = rows(:exports, :id, :number, :name, :net, :state, :note)

  # What two flows make of the same beginning.
  def outcomes(flows)
    flows.map do |klass|
      outcome = nil
      Export.transaction do
        outcome = [counted(klass.run_now), exports]
        raise ActiveRecord::Rollback
      end
      outcome
    end
  end

  it "carries the rows itself where no pushdown is written, and says so", if: FlowDatabase::KIND == :mysql do
    pushed, = both { set state: "exported" }
    expect(pushed.plan.to_s).to include("into a temporary table, then guarded upsert (because INSERT .. SELECT is not written for mysql)")
  end

  it "lets the database do all of it where source and sink share one and every step can be said in its SQL", unless: FlowDatabase::KIND == :mysql do
    pushed, carried = both { set state: "exported" }
    expect(pushed.plan.path_name).to start_with("pushdown")
    expect(carried.plan.path_name).not_to include("pushdown")
    expect(carried.plan.to_s).to include("transform at")
  end

  %i[upsert insert_only update_only].each do |mode|
    it "comes to the same on either path, mode :#{mode}" do
      pushed, carried = both(mode:) do
        filter { |row| row[:net] > 1 }
        set state: "exported"
        derive(:net) { |row| row[:net] * 2 }
      end
      one, other = outcomes([pushed, carried])
      expect(one).to eq(other)
      expect(one.first).to include(read: 6, filtered: 1)
    end
  end

  it "comes to the same on either path, mode :insert into an empty table" do
    Export.delete_all
    one, other = outcomes(both(mode: :insert))
    expect(one).to eq(other)
    expect(one.first).to eq(read: 6, new: 6)
  end

  # What a column rounds differs from what came, and is no change all the same.
  [[], [-> { transform { |_row| } }]].each do |steps|
    it "rounds once what a column of the sink rounds#{", row by row" if steps.any?}" do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.create_table(:exact, force: true) { |table| table.decimal(:price, precision: 12, scale: 4) && table.datetime(:at, precision: 6) }
        connection.create_table(:rounded, force: true) do |table|
          table.decimal :price, precision: 8, scale: 2
          table.decimal :third, precision: 8, scale: 2
          table.datetime :at, precision: 0
          table.timestamps precision: 6
        end
        connection.execute("INSERT INTO exact (id, price, at) VALUES (1, 1.2367, '2024-05-06 07:08:09.654321'), (2, 10, '2024-05-06 07:08:09')")
      end
      klass = flow("RoundingFlow") do
        source :exact
        derive(:third) { |row| row[:price] / 3 }
        steps.each { |step| class_exec(&step) }
        sink :rounded
      end
      expect(counted(klass.run_now)).to eq(read: 2, new: 2)
      expect(counted(klass.run_now)).to eq(read: 2, unchanged: 2)
      expect(rows(:rounded, :id, :price, :third).map { |id, *numbers| [id, *numbers.map { |number| number.to_d.to_s("F") }] }).to eq([[1, "1.24", "0.41"], [2, "10.0", "3.33"]])
    end
  end

  it "cuts the source into windows, to its last row" do
    orders_of(25)
    pushed, = both { batch_size 4 }
    expect(counted(pushed.run_now)).to eq(read: 25, new: 20, updated: 3, unchanged: 2)
    expect(rows(:exports, :id).size).to eq(25)
  end

  it "finds the row that the database refuses in a window, and writes the others" do
    Order.where(id: 2).update_all(net: -5)
    pushed, = both { on_error :quarantine, budget: 3 }
    run = pushed.run_now
    expect(counted(run)).to eq(read: 6, new: 1, updated: 2, unchanged: 2, rejected: 1)
    expect(run.rejects.map { |reject| [reject.stage, reject.position, reject.row["net"]] }).to eq([["write", "int:2", -5]])
    expect(rows(:exports, :id).flatten).to eq([1, 3, 4, 5, 6, 7])
  end

  it "looks at the rows of a window that has one whose key is NULL", unless: FlowDatabase::KIND == :mysql do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %w[codes copies].each { |name| connection.create_table(name, force: true) { |table| table.string(:code, index: {unique: true}) && table.integer(:net) } }
      connection.execute("INSERT INTO codes (id, code, net) VALUES (1, 'a', 1), (2, NULL, 2), (3, NULL, 3)")
    end
    %i[upsert insert_only].each do |mode|
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM copies") }
      klass = flow("CodeFlow") do
        source :codes
        on_error :quarantine, budget: 5
        sink :copies, key: :code, mode:
      end
      expect(klass.plan.path_name).to start_with("pushdown")
      run = klass.run_now(restart: true)
      expect(counted(run)).to eq(read: 3, new: 1, rejected: 2)
      expect(run.rejects.map(&:reason)).to eq(["code is NULL, and rows of copies are found by it"] * 2)
    end
  end

  describe "a value that is not what its column says", if: FlowDatabase::KIND == :sqlite do
    before do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        %w[odds evens].each do |name|
          connection.create_table(name, force: true) { |table| table.integer(:count) && table.boolean(:paid) && table.float(:rate) && table.decimal(:price, precision: 6, scale: 2) }
        end
      end
    end

    def insert(values) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("INSERT INTO odds (count, paid, rate, price) VALUES #{values}") }

    {"('many', 1, 1.5, 1.5)" => 'count is "many", which is no integer', "(1.5, 1, 1.5, 1.5)" => "count is 1.5, which is no whole number",
     "(x'31', 1, 1.5, 1.5)" => "count is 1 bytes, which is no integer", "(1, 2, 1.5, 1.5)" => "paid is 2, which is neither true nor false",
     "(1, 'yes!', 1.5, 1.5)" => 'paid is "yes!", which is neither true nor false', "(1, 1, 'high', 1.5)" => 'rate is "high", which is no number',
     "(1, 1, x'31', 1.5)" => "rate is 1 bytes, which is no number", "(1, 1, 1.5, 'dear')" => 'price is "dear", which is no number',
     "(1, 1, 1.5, -12345.5)" => "price is -12345.5, which is too large for numeric(6,2)"}.each do |odd, reason|
      it "is found in a window, as it is on the way through this process: #{odd}" do
        insert("(1, 1, 1.0, 1), #{odd}, (NULL, NULL, NULL, NULL), (-9223372036854775807, 0, -1e300, -9999.99)")
        %i[upsert update_only].each do |mode|
          klass = flow("OddFlow") do
            source :odds
            on_error :quarantine, budget: 1
            sink :evens, mode:
          end
          expect(klass.plan.path_name).to start_with("pushdown")
          run = klass.run_now(restart: true)
          expect(counted(run)).to eq(read: 4, rejected: 1, **((mode == :upsert) ? {new: 3} : {unchanged: 3}))
          expect(run.rejects.map { |reject| [reject.reason, reject.position] }).to eq([[reason, "int:2"]])
        end
        expect(rows(:evens, :id).flatten).to eq([1, 3, 4])
      end
    end
  end

  it "reads along any unique order: backwards, and by several columns" do
    backwards = flow("BackwardsFlow") do
      source :orders, order: :desc
      batch_size 4
      transform { |_row| }
      sink :exports
    end
    expect(backwards.run_now.cursor).to eq("int:1")
    mixed = flow("MixedFlow") do
      source :orders, cursor: %i[state id], order: %i[asc desc]
      batch_size 4
      transform { |_row| }
      sink :exports
    end
    expect(counted(mixed.run_now)).to eq(read: 6, unchanged: 6)
  end

  it "takes its rows back with the transaction around it" do
    _, carried = both
    Export.transaction do
      carried.run_now
      raise ActiveRecord::Rollback
    end
    expect(exports.size).to eq(5)
  end

  it "writes nothing while writes are prevented" do
    both.each do |klass|
      error = raised { ActiveRecord::Base.while_preventing_writes { klass.run_now } }
      expect(error).to be_a(ActiveRecord::ReadOnlyError)
    end
    expect(exports.size).to eq(5)
  end

  it "leaves a fresh query cache" do
    _, carried = both
    Export.cache do
      expect(Export.count).to eq(5)
      carried.run_now
      expect(Export.count).to eq(7)
    end
  end

  it "says in its plan why rows come through this process" do
    lookup = flow("BlockFlow") do
      source :orders
      transform { |row| row[:name] = row[:name].upcase }
      sink :exports
    end
    because = (FlowDatabase::KIND == :mysql) ? /not written for mysql/ : /transform at paths_examples\.rb:\d+ is Ruby/
    expect(lookup.plan.to_s).to match(/because .*#{because}/)
  end

  describe "reading ahead", if: FlowDatabase::KIND == :postgresql do
    let(:ahead) { ActiveDataFlow::ActiveRecord::Postgresql::ReadAhead }

    def busy = Export.connection_pool.stat[:busy]

    it "reads on a connection of its own while the sink commits, and gives it back" do
      orders_of(5_000)
      before = busy
      _, carried = both { batch_size 100 }
      expect(ahead.possible?(carried.plan.source)).to be true
      expect(counted(carried.run_now)).to eq(read: 5_000, new: 4_995, updated: 3, unchanged: 2)
      expect(busy).to eq(before)
    end

    it "gives it back when the run ends in the middle, with the connection as it was" do
      orders_of(20_000)
      before = busy
      klass = flow do
        source :orders
        batch_size 100
        transform { |row| raise "stop" if row[:id] == 150 }
        sink :exports
      end
      expect { klass.run_now }.to raise_error("stop")
      expect(busy).to eq(before)
      3.times { expect(Thread.new { Export.connection_pool.with_connection { |connection| connection.select_value("SELECT 1") } }.value).to eq(1) }
    end

    it "does not inside a transaction, where nobody else sees the rows" do
      _, carried = both
      Export.transaction do
        expect(ahead.possible?(carried.plan.source)).to be false
        orders_of(10)
        expect(counted(carried.run_now)).to include(read: 10)
        raise ActiveRecord::Rollback
      end
    end

    it "does not with a pool of one" do
      config = ActiveRecord::Base.connection_db_config.configuration_hash
      stub_const("LonelyRecord", Class.new(ActiveRecord::Base) { self.abstract_class = true })
      LonelyRecord.establish_connection(**config, pool: 1)
      ActiveDataFlow.prepare_marks!(LonelyRecord)
      klass = flow("LonelyFlow") do
        source :orders, connection: "LonelyRecord"
        transform { |_row| }
        sink :exports, connection: "LonelyRecord"
      end
      expect(ahead.possible?(klass.plan.source)).to be false
      expect(counted(klass.run_now)).to eq(read: 6, new: 2, updated: 2, unchanged: 2)
    ensure
      LonelyRecord.remove_connection
    end

    it "sees windows that are cut by a row that is deleted meanwhile" do
      orders_of(9_000)
      _, carried = both { batch_size 50 }
      deleted = false
      run = carried.run_now do
        FlowDatabase.elsewhere("DELETE FROM orders WHERE id > 8000") unless deleted
        deleted = true
      end
      expect(run.counts[:read]).to be_between(8_000, 9_000)
      expect(rows(:exports, :id).flatten).to include(*1..8_000)
    end
  end

  # Twice: where a batch has nothing but what is stored so anyway, and where one of its rows says the same in another way.
  it "stores in SQLite what ActiveRecord stores", if: FlowDatabase::KIND == :sqlite do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %w[givens takens].each do |name|
        connection.create_table(name, force: true) do |table|
          [table.boolean(:paid), table.decimal(:price, precision: 12, scale: 2), table.datetime(:at, precision: 6), table.date(:on)]
        end
      end
    end
    given = stub_const("Given", Class.new(ActiveRecord::Base))
    prices = [0, 12, 12.5, -0.07, 9_999_999_999.99, 0.1, 33.33, nil]
    prices.each_with_index { |price, index| given.create!(paid: index.even?, price:, at: Time.utc(2024, 2, 29, 23, 59, 58 + Rational(index, 7)), on: Date.new(2024, 2, 29)) }
    klass = flow("TakingFlow") do
      source Given
      batch_size 4
      transform { |row| row[:paid] &&= true }
      sink :takens
    end
    stored = ->(table) { rows(table, *%w[paid price at].flat_map { |name| ["typeof(#{name})", "quote(#{name})"] }, "quote(\"on\")") }
    expect(counted(klass.run_now)).to eq(read: 8, new: 8)
    expect(stored.call(:takens)).to eq(stored.call(:givens))
    as_active_record_does = stored.call(:givens)
    given.connection_pool.with_connection do |connection|
      connection.execute("UPDATE givens SET at = replace(at, ' ', 'T') || 'Z', price = '12.500', paid = 't', \"on\" = \"on\" || ' 00:00:00' WHERE id = 3")
      connection.execute("UPDATE givens SET price = CAST(price AS text)")
    end
    expect(counted(klass.run_now)).to eq(read: 8, unchanged: 8)
    expect(stored.call(:takens)).to eq(as_active_record_does)
  end

  describe "a second SQLite file", if: FlowDatabase::KIND == :sqlite do
    before do
      stub_const("ArchiveRecord", Class.new(ActiveRecord::Base) { self.abstract_class = true })
      ArchiveRecord.establish_connection(adapter: "sqlite3", database: File.join(FlowDatabase.folder, "archive #{rand(10**9)}?.sqlite3"))
      stub_const("ArchivedOrder", Class.new(ArchiveRecord) { self.table_name = "orders" })
      ArchiveRecord.connection.create_table(:orders) { |table| FlowDatabase.order_columns(table) }
      ArchivedOrder.insert_all!((1..20).map { |id| {id:, number: "B#{id}", name: "archived", net: id} }, record_timestamps: false)
      Export.delete_all
    end

    after { ArchiveRecord.remove_connection }

    def archive(&steps)
      flow("ArchiveFlow") do
        source ArchivedOrder
        batch_size 7
        class_eval(&steps) if steps
        sink :exports
      end
    end

    it "is read through the door where this SQLite cannot attach it read-only, and the plan says so", unless: FlowDatabase.attaches? do
      klass = archive { filter { |row| row[:net] > 2 } }
      expect(klass.plan.to_s).to match(/door.*because source and sink are in different files, and this SQLite was compiled without USE_URI/m)
      expect(counted(klass.run_now)).to eq(read: 20, filtered: 2, new: 18)
    end

    it "is attached, read-only, for the length of the run", if: FlowDatabase.attaches? do
      klass = archive { filter { |row| row[:net] > 2 } }
      expect(klass.plan.path_name).to include("attached")
      expect(counted(klass.run_now)).to eq(read: 20, filtered: 2, new: 18)
      expect(counted(klass.run_now)).to eq(read: 20, filtered: 2, unchanged: 18)
      expect(Export.connection.select_rows("PRAGMA database_list").map { |row| row[1] } - %w[main temp]).to eq []
      expect(Order.count).to eq(6)
    end

    it "is parted from when the run fails" do
      ArchivedOrder.where(id: 15).update_all(net: -1)
      expect { archive.run_now }.to raise_error(ActiveDataFlow::RowError, /id 15/)
      expect(Export.connection.select_rows("PRAGMA database_list").map { |row| row[1] } - %w[main temp]).to eq []
      expect(Export.count).to eq(14)
    end

    it "leaves no connection leased where it cannot be attached", if: FlowDatabase.attaches? do
      pool = Export.connection_pool
      others = (1..10).map { |number| "other#{number}" }
      pool.disconnect!
      pool.with_connection { |connection| others.each { |name| connection.execute("ATTACH ':memory:' AS #{name}") } }
      failure, lease = Thread.new { [raised { archive.run_now }, pool.active_connection?] }.value
      expect(failure.message).to include("too many attached databases")
      expect(lease).to be_falsy
    ensure
      pool.disconnect!
    end

    it "is read row by row where a block wants to see the rows" do
      klass = archive { transform { |row| row[:name] = row[:name].upcase } }
      expect(klass.plan.path_name).to start_with("door")
      expect(counted(klass.run_now)).to eq(read: 20, new: 20)
      expect(rows(:exports, :name).flatten.uniq).to eq(["ARCHIVED"])
    end
  end

  it "takes several rows to a statement where the door to SQLite is shut", if: FlowDatabase::KIND == :sqlite do
    allow(ActiveDataFlow::Sqlite::Door).to receive(:open) { |_raw, &block| block&.call(nil) }
    _, carried = both
    expect(carried.plan.path_name).to start_with("statements")
    expect(counted(carried.run_now)).to eq(read: 6, new: 2, updated: 2, unchanged: 2)
    expect(counted(carried.run_now)).to eq(read: 6, unchanged: 6)
  end

  it "gives a block its rows in their order where others are read meanwhile" do
    orders_of(5000)
    seen = []
    flow("SeenFlow") do
      source :orders
      sink { |row| seen << row[:id] }
      batch_size 500
    end.run_now
    expect(seen).to eq((1..5000).to_a)
  end

  it "refuses a query whose rows are not unique by its cursor, or have none" do
    twice = flow("TwiceFlow") do
      source(cursor: :state) { Order.select(:state, :number, :id) }
      sink :exports
    end
    expect { twice.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, /several rows with state new, by which it is read/)
    empty = flow("EmptyFlow") do
      source(cursor: :name) { Order.select(:name, :number, :id) }
      sink :exports
    end
    Order.where(id: 3).update_all(name: nil)
    expect { empty.run_now }.to raise_error(ActiveDataFlow::ConfigurationError, /rows without name/)
  end

  def orders_of(count) = Order.insert_all!((7..count).map { |id| {id:, number: "A#{id}", name: "order #{id}", net: id} }, record_timestamps: false)
end
