# frozen_string_literal: true

# A sink that is to hold what its source holds, and nothing else.
RSpec.describe "[mirror]" do
  include_context "flows in a database"

  # What decides over the path that rows take; each of them ends as the others do.
  ways = {
    "by the quickest path" => [{}, proc {}], "through steps in Rust" => [{}, proc { derive(:name) { |row| row[:name].strip } }],
    "through a block" => [{}, proc { transform { |row| row[:name] += "" } }], "through the model" => [{callbacks: true, record_timestamps: false}, proc {}]
  }

  # Every third row is only in the sink: below, between and above those of the source, which has 2, 4, .. 40.
  def numbered(ids, **values) = ids.map { |id| {id:, number: "A#{id}", name: "order #{id}", net: id, **values} }

  def fill(orders: (2..40).step(2), exports: (1..60).step(3))
    Order.insert_all!(numbered(orders), record_timestamps: false) if orders.any?
    Export.insert_all!(numbered(exports), record_timestamps: false) if exports.any?
  end

  def mirror(name = "MirrorFlow", size: 7, **options, &body)
    flow(name) do
      source :orders
      batch_size size
      sink :exports, mode: :mirror, max_deletes: nil, **options
      class_eval(&body) if body
    end
  end

  def ids = rows(:exports, :id).flatten.map(&:to_i)

  def sql(*texts)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      texts.each { |text| connection.execute(text) }
      connection.schema_cache.clear!
    end
  end

  def written
    sent = []
    listener = ActiveSupport::Notifications.subscribe("sql.active_record") { |event| sent << event.payload[:sql] }
    yield
    sent.grep(/\A\s*(INSERT|UPDATE|DELETE|MERGE|COPY|CREATE)|\bDELETE FROM\b/i).grep(/exports/)
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  ways.each do |way, (options, body)|
    it "has what the source has, #{way}, and counts what went" do
      fill
      klass = mirror(**options, &body)
      expect(counted(klass.run_now)).to eq(read: 20, new: 13, unchanged: 7, deleted: 13)
      expect(ids).to eq((2..40).step(2).to_a)
      expect(counted(klass.run_now)).to eq(read: 20, unchanged: 20)
    end

    it "ends so wherever a batch ends, #{way}" do
      [1, 5, 10, 20, 21].each do |size|
        FlowDatabase.empty
        fill
        mirror(size:, **options, &body).run_now
        expect(ids).to eq((2..40).step(2).to_a)
      end
    end

    it "takes filtered rows for gone, and neither rejected nor skipped ones, #{way}" do
      fill(orders: 1..30, exports: 1..40)
      Order.where(id: [5, 17, 29]).update_all(net: -1) # the sink takes none of these
      klass = mirror(**options) do
        class_eval(&body)
        filter { |row| row[:id].in?([3, 10, 11, 28, 29]) == false }
        on_error :quarantine, budget: 10
      end
      expect(counted(klass.run_now)).to eq(read: 30, unchanged: 23, filtered: 5, rejected: 2, deleted: 15)
      expect(ids).to eq((1..30).to_a - [3, 10, 11, 28, 29])
    end

    it "is empty where the source is, #{way}" do
      fill(orders: [])
      expect(counted(mirror(**options, &body).run_now)).to eq(deleted: 20)
      expect(ids).to eq([])
    end
  end

  # Orders 6 to 10 find nobody.
  {null: [1..10, {}], reject: [1..10, {rejected: 5}], filter: [1..5, {filtered: 5, deleted: 10}]}.each do |missing, (left, counts)|
    it "goes by what a lookup says of a row that finds nothing (#{missing})" do
      fill(orders: 1..10, exports: 1..15)
      Person.insert_all!((1..5).map { |id| {id:, first_name: "P"} })
      run = mirror do
        lookup :people, on: {net: :id}, take: {first_name: :note}, missing: missing
        on_error :quarantine, budget: 10
      end.run_now
      expect(ids).to eq(left.to_a)
      expect(counted(run)).to include(read: 10, deleted: 5, **counts)
    end
  end

  it "deletes more rows than it holds keys of" do
    fill(orders: [700, 2100], exports: 1..2300)
    [proc {}, proc { transform { |row| row[:name] += "" } }].each do |body|
      expect(mirror(&body).run_now.counts[:deleted]).to eq(2298)
      fill(orders: [], exports: [*1..699, *701..2099, *2101..2300])
    end
  end

  it "writes nothing where there is nothing to do", unless: FlowDatabase::KIND == :mysql do
    fill
    klass = mirror
    klass.run_now
    expect(written { klass.run_now }.grep(/DELETE|COPY/)).to eq([])
    expect(written { Export.insert!({id: 99, number: "x"}) && klass.run_now }.grep(/\ADELETE/).size).to eq(1)
  end

  it "says in the plan what it does, and deletes nothing in a preview" do
    fill
    [["without a bound", nil], ["at most 0.2 of the rows read", 0.2], ["at most 500", 500]].each do |text, max_deletes|
      expect(mirror(max_deletes:).plan.to_s).to include("mode :mirror\n          deletes what it has not read, range by range in the commit of each batch, #{text}")
    end
    expect(flow("UsualFlow") { [source(:orders), sink(:exports, mode: :mirror)] }.plan.to_s).to include("at most 0.2 of the rows read")
    expect { mirror.preview }.not_to(change { ids })
  end

  it "tells of what went with each batch" do
    fill
    told = []
    listener = ActiveSupport::Notifications.subscribe("batch.active_data_flow") { |event| told << event.payload[:deleted] }
    mirror.run_now
    expect(told).to eq([3, 2, 8])
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  describe "by keys" do
    before { sql("DROP TABLE IF EXISTS origins", "DROP TABLE IF EXISTS targets") }

    def pairs(type, more = "", key: "a, b")
      %w[origins targets].each { |name| sql("CREATE TABLE #{name} (a #{type} NOT NULL, b integer NOT NULL, place integer#{more}, PRIMARY KEY (#{key}))") }
    end

    def put(table, pairs)
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.execute("INSERT INTO #{table} (a, b, place) VALUES #{pairs.map { |a, b| "(#{connection.quote(a)}, #{b}, 1)" }.join(", ")}")
      end
    end

    def there(table) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows("SELECT a, b FROM #{table}").sort }

    def both(order: :asc, cursor: %i[a b], key: nil, &body)
      mirror = flow("BothFlow") do
        source :origins, cursor: cursor, order: order
        batch_size 3
        class_eval(&body) if body
        sink :targets, mode: :mirror, max_deletes: nil, key: key
      end
      mirror.run_now
    end

    [[:asc, %i[a b]], [:desc, %i[a b]], [%i[asc desc], %i[a b]], [%i[desc asc], %i[b a]]].each do |order, cursor|
      [proc {}, proc { transform { |row| row[:place] += 0 } }].each_with_index do |body, index|
        it "of several columns, in the order #{[cursor, order]}#{", through a block" if index == 1}" do
          pairs("integer")
          put(:origins, (1..4).to_a.product((2..8).step(2).to_a))
          put(:targets, (0..5).to_a.product((1..9).to_a))
          expect(both(order:, cursor:, &body).counts).to include(read: 16, unchanged: 16, deleted: 38)
          expect(there(:targets)).to eq(there(:origins))
        end
      end
    end

    it "that are renamed on the way" do
      fill
      sql("CREATE TABLE targets (order_id integer PRIMARY KEY, name varchar(99))", "INSERT INTO targets (order_id, name) VALUES (3, 'x'), (4, 'order 4'), (99, 'x')")
      klass = flow("RenamedFlow") do
        source :orders
        keep :id, :name
        rename id: :order_id
        sink :targets, mode: :mirror, max_deletes: nil
      end
      expect(klass.run_now.counts).to include(unchanged: 1, deleted: 2)
    end

    texts = {sqlite: "varchar(20)", postgresql: 'varchar(20) COLLATE "C"', mysql: "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"}
    codes = ["a", "B", "ab", "Ab", "é", "z'z", "zz", "_", "\u{1F600}", "{x}", "a\\b", "10", "9", "a \"b\""]

    [proc {}, proc { transform { |row| row[:place] += 0 } }].each_with_index do |body, index|
      it "that are texts, where both tables sort them alike#{", through a block" if index == 1}" do
        pairs(texts.fetch(FlowDatabase::KIND), key: "a")
        put(:origins, codes.each_slice(2).map(&:first).map { |code| [code, 1] })
        put(:targets, codes.map { |code| [code, 1] })
        expect(both(cursor: :a, key: :a, &body).counts).to include(read: 7, unchanged: 7, deleted: 7)
        expect(there(:targets)).to eq(there(:origins))
      end
    end

    it "that are texts, but not where the tables sort them in two ways" do
      other = {sqlite: ["varchar(20) COLLATE NOCASE", "varchar(20)", "NOCASE", "bytes"],
               postgresql: ['text COLLATE "en_US"', 'text COLLATE "C"', "en_US", "bytes"],
               mysql: ["varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_bin"]}
      one, two, *names = other.fetch(FlowDatabase::KIND)
      one = one.sub("en_US", names[0] = collation) if FlowDatabase::KIND == :postgresql
      {"origins" => one, "targets" => two}.each { |name, type| sql("CREATE TABLE #{name} (a #{type} NOT NULL PRIMARY KEY, b integer NOT NULL, place integer)") }
      expect(raised { both(cursor: :a, key: :a) }.message).to match(/\ABothFlow: mode :mirror deletes in ranges of the key, and both tables have to sort it alike: origins\.a is .* sorted by #{names[0]}, targets\.a is .* sorted by #{names[1]}\. Write: change_column for both to one type, with collation: ".*", or use mode :upsert\.\z/)
      expect(there(:targets)).to eq([])
    end

    def collation = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("SELECT collname FROM pg_collation WHERE collprovider = 'i' ORDER BY collname LIMIT 1") }

    it "that are a number here and a text there: not" do
      sql("CREATE TABLE origins (a varchar(9) NOT NULL PRIMARY KEY, b integer NOT NULL)", "CREATE TABLE targets (a integer NOT NULL PRIMARY KEY, b integer NOT NULL)")
      expect(raised { both(cursor: :a, key: :a) }.message).to match(/both tables have to sort it alike: origins\.a is .* sorted by .*, targets\.a is (?i:int).*\. Write: change_column for both to one type, or use mode :upsert\./)
    end
  end

  describe "under a bound" do
    it "deletes nothing for the sake of a source that has lost its rows, whatever it still has" do
      [[], [40], 1..3, (1..60).step(20)].each do |orders|
        FlowDatabase.empty
        fill(orders:, exports: 1..60)
        error = raised { flow { [source(:orders), batch_size(2), sink(:exports, mode: :mirror)] }.run_now }
        expect(error).to be_a(ActiveDataFlow::TooManyDeletes)
        expect(ids).to eq((1..60).to_a)
        expect([OrderExportFlow.runs.first.status, OrderExportFlow.runs.first.counts[:deleted]]).to eq(["failed", 0])
      end
    end

    it "says how many rows were about to go, and of how many" do
      fill(orders: [], exports: 1..60)
      expect(raised { mirror(max_deletes: 0.02).run_now }.message).to eq("Stopped before deleting 60 rows (max_deletes: 0.02 of 0 read). Does the source's scope still hold?")
      expect(raised { mirror(max_deletes: 59).run_now }.message).to eq("Stopped before deleting 60 rows (max_deletes: 59). Does the source's scope still hold?")
      fill(orders: 1..10, exports: [])
      expect(raised { mirror(size: 2, max_deletes: 0.02).run_now(restart: true) }.message)
        .to eq("Stopped before deleting 50 rows (max_deletes: 0.02 of 10 read). Does the source's scope still hold?")
      expect(counted(mirror(max_deletes: 60).run_now(restart: true))).to eq(read: 10, unchanged: 10, deleted: 50)
    end

    it "lets rows go that stood together, as long as they are few among all" do
      fill(orders: 21..120, exports: 1..120)
      expect(counted(mirror(max_deletes: 0.2).run_now)).to eq(read: 100, unchanged: 100, deleted: 20)
      fill(orders: [], exports: [*1..20, 130])
      expect(raised { mirror(max_deletes: 0.2).run_now }.message).to eq("Stopped before deleting 21 rows (max_deletes: 0.2 of 100 to read). Does the source's scope still hold?")
      expect(ids).to eq([*1..20, *21..120, 130])
    end

    it "goes on where it stopped, when the bound is another" do
      fill(orders: 1..100, exports: [*1..10, *101..110])
      expect(raised { mirror(max_deletes: 5, size: 30).run_now }.message).to start_with("Stopped before deleting 10 rows (max_deletes: 5)")
      run = mirror(max_deletes: 10).run_now
      expect([counted(run), run.id]).to eq([{read: 100, new: 90, unchanged: 10, deleted: 10}, MirrorFlow.runs.last.id])
    end
  end

  it "deletes nothing in a run whose steps have changed under way, says so, and does in the next" do
    fill(orders: 1..20, exports: 1..40)
    fails = -> { transform { |row| raise "not yet" if row[:id] > 10 } }
    raised { mirror(size: 5) { instance_exec(&fails) }.run_now }
    expect(ids.size).to eq(40)
    klass = mirror(size: 5)
    expect(counted(klass.run_now)).to eq(read: 20, unchanged: 20)
    expect(log.string).to match(/mirror run \d+: its steps have changed since it began, so it deletes nothing/)
    expect(counted(klass.run_now)).to eq(read: 20, unchanged: 20, deleted: 20)
  end

  it "deletes in a run whose steps were mended before its first commit, also when that run is resumed" do
    fill(orders: 1..20, exports: 1..40)
    raised { mirror(size: 5) { transform { |_row| raise "not yet" } }.run_now }
    transform = proc do
      set updated_at: -> { Time.now }
      transform { |row| raise "stop" if row[:id] > 10 && ENV["ADF_SPEC_STOP"] }
    end
    ENV["ADF_SPEC_STOP"] = "1"
    raised { mirror(size: 5, &transform).run_now }
    ENV.delete("ADF_SPEC_STOP")
    expect(counted(mirror(size: 5, &transform).run_now)).to eq(read: 20, updated: 20, deleted: 20)
  ensure
    ENV.delete("ADF_SPEC_STOP")
  end

  # Each batch has been read, or a whole window of them, when somebody writes a row into both tables: among those that were read, and behind the last.
  it "leaves alone what comes into source and sink while it is at work" do
    fill(orders: (10..100).step(10), exports: (5..105).step(5))
    come = {10 => 7, 40 => 36, 70 => 14, 100 => 200}
    klass = mirror(size: 3) do
      transform do |row|
        id = come.delete(row[:id])
        %w[orders exports].each { |table| FlowDatabase.elsewhere("INSERT INTO #{table} (id, number) VALUES (#{id}, 'N#{id}')") } if id
      end
    end
    expect(klass.run_now.counts[:deleted]).to eq(11)
    expect(ids).to eq([7, 10, 14, 20, 30, 36, *(40..100).step(10), 200])
    expect(klass.run_now(restart: true).counts.values_at(:read, :deleted)).to eq([14, 0])
  end

  # The last window has been looked for, and its commit is about to begin: three are behind it. ActiveRecord tells of BEGIN
  # before the statement that asks for it, or after.
  def coming_behind_the_last_window(*come)
    fenced = false
    ended = 0
    listener = ActiveSupport::Notifications.subscribe("sql.active_record", Class.new {
      define_method(:start) do |_name, _id, payload|
        come.shift(2).each { |sql| FlowDatabase.elsewhere(sql) } if ended == 3 && payload[:sql].match?(/\ABEGIN|SET commits = /i)
        fenced ||= payload[:sql].match?(/SET commits = /)
        ended += 1 if fenced && payload[:sql].match?(/\ACOMMIT/i)
        fenced = false if payload[:sql].match?(/\ACOMMIT/i)
      end
      def finish(*) = nil
    }.new)
    yield.tap { expect(come).to eq([]) }
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  def into(*tables) = tables.map { |table| "INSERT INTO #{table} (id, number, net) VALUES (200, 'N200', 200)" }

  it "leaves alone what comes behind the last window" do
    fill(orders: (10..100).step(10), exports: (5..105).step(5))
    run = coming_behind_the_last_window(*into("orders", "exports")) { mirror(size: 3).run_now }
    expect(run.counts[:deleted]).to eq(11)
    expect(ids).to eq([*(10..100).step(10), 200])
  end

  # A transaction of the program sees the tables as they were when it first read; what is deleted is deleted as it is now.
  it "leaves alone what has come since the transaction around it first read", unless: FlowDatabase::KIND == :sqlite do
    fill(orders: 1..5, exports: 1..9)
    deleted = Order.transaction do
      Order.count
      FlowDatabase.elsewhere("INSERT INTO orders (id, number) VALUES (7, 'N7')")
      mirror.run_now.counts[:deleted]
    end
    expect([deleted, ids]).to eq([3, [1, 2, 3, 4, 5, 7]])
  end

  it "reads a window again where a row has come behind it that cannot be taken", unless: FlowDatabase::KIND == :mysql do
    fill(orders: (10..100).step(10), exports: (5..105).step(5))
    Person.insert_all!((10..100).step(10).map { |id| {id:, first_name: "P"} })
    klass = mirror(size: 3) do
      lookup :people, on: {net: :id}, take: {first_name: :note}, missing: :reject
      on_error :quarantine, budget: 10
    end
    run = coming_behind_the_last_window(*into("orders", "exports")) { klass.run_now }
    expect(counted(run)).to include(deleted: 11, rejected: 1)
    expect(ids).to eq([*(10..100).step(10), 200])
  end

  it "says why it cannot delete a row, and goes on when it can" do
    fill(orders: 1..10, exports: 5..15)
    sql("DROP TABLE IF EXISTS export_lines", "CREATE TABLE export_lines (id integer PRIMARY KEY, export_id bigint NOT NULL, FOREIGN KEY (export_id) REFERENCES exports (id))", "INSERT INTO export_lines VALUES (1, 12)")
    sql("PRAGMA foreign_keys = ON") if FlowDatabase::KIND == :sqlite
    expect(raised { mirror(size: 4).run_now }).to have_attributes(class: ActiveDataFlow::Error,
      message: /\AMirrorFlow: orders: mode :mirror cannot delete a row of exports that the source does not have: .*foreign key.*\. Nothing of its batch was written\. Delete what/im)
    expect(ids).to eq([*1..15])
    sql("DELETE FROM export_lines")
    expect([mirror(size: 4).run_now.counts[:deleted], ids]).to eq([5, [*1..10]])
  ensure
    sql("DROP TABLE export_lines")
  end

  it "is split into parts, each of which deletes within its range" do
    fill(orders: (2..200).step(2), exports: 1..220)
    run = mirror(size: 10) { partitions 4 }.run_now
    expect(counted(run)).to eq(read: 100, unchanged: 100, deleted: 120)
    expect(run.parts.map { |part| part.counts[:deleted] }.sum).to eq(120)
    expect(ids).to eq((2..200).step(2).to_a)
  end

  describe "is refused" do
    def refused(&body)
      raised { flow(&body).plan }.message
    end

    it "where the source has no order that the sink's key has" do
      expect(refused { [source([{id: 1}]), sink(:exports, mode: :mirror)] }).to eq("OrderExportFlow: mode :mirror deletes what a read in the order of the sink's key " \
        "has not seen, and rows of 1 rows (Array) come in no such order. Use mode :upsert, or read them into a table first.")
      expect(refused { [source(:orders), sink(:exports, key: :number, mode: :mirror)] }).to eq("OrderExportFlow: mode :mirror writes exports by [:number] and reads orders by [:id]: " \
        "what is missing shows only where rows are read in the order of the sink's key. Write: source ..., cursor: [:number] and sink ..., key: of the same columns, or use mode :upsert.")
    end

    it "where a step gives rows another key" do
      expect(refused { [source(:orders), set(id: 3), sink(:exports, mode: :mirror)] }).to match(/\AOrderExportFlow: mode :mirror finds what was read by its key, and set at .* changes id\. Leave it/)
      fill
      klass = mirror { transform { |row| row[:id], row[:number] = row[:id] + 1000, "x#{row[:id]}" } }
      expect(raised { klass.run_now }).to be_a(ActiveDataFlow::ConfigurationError).and have_attributes(message: /a block has given a row another id\. Leave it as it is read/)
      expect(ids).to eq((1..60).step(3).to_a)
      expect(mirror { transform(as: :hash) { |row| row.merge(name: "x") } }.run_now(restart: true).counts).to include(deleted: 13)
    end

    it "where not all is read, or may be there to be read" do
      expect(refused { [source { Order.limit(3) }, sink(:exports, mode: :mirror)] }).to match(/this source reads only so many rows \(limit or offset\)/)
      expect(refused { [source(:orders), sink(:orders, mode: :mirror)] }).to match(/mode :mirror reads and writes orders: no row there could be missing/)
      expect(refused { [source(:orders), partitions(2), sink(:exports, mode: :mirror, max_deletes: 7)] }).to match(/may delete 7 rows .* partitions 2 are so many runs/)
    end

    it "of a replica" do
      ActiveRecord::Base.connected_to(role: :reading) { ActiveRecord::Base.establish_connection(**FlowDatabase.config) }
      expect(refused { [source(:orders, role: :reading), sink(:exports, mode: :mirror)] }).to match(/a replica may lack rows that are committed\. Read orders where it is written \(without role:\)/)
    ensure
      ActiveRecord::Base.connection_handler.remove_connection_pool("ActiveRecord::Base", role: :reading)
    end
  end
end
