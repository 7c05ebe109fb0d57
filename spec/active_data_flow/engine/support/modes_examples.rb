# frozen_string_literal: true

RSpec.describe "[modes]" do
  include_context "flows in a database"

  # 6 rows: 1 and 2 are missing in the sink, 3 and 4 are equal there, 5 and 6 differ. 7 is only there.
  before do
    orders(6)
    Export.insert_all!((3..7).map { |id| {id:, number: "A#{id}", name: (id > 4) ? "old" : "order #{id}", net: id, note: "kept"} }, record_timestamps: false)
  end

  def run(mode, **options)
    flow do
      source :orders
      sink :exports, mode:, **options
    end.run_now
  end

  it "writes what is new and what differs, and nothing else" do
    expect(counted(run(:upsert))).to eq(read: 6, new: 2, updated: 2, unchanged: 2)
    expect(rows(:exports, :id, :name, :note)).to eq([[1, "order 1", nil], [2, "order 2", nil], [3, "order 3", "kept"], [4, "order 4", "kept"],
      [5, "order 5", "kept"], [6, "order 6", "kept"], [7, "old", "kept"]])
  end

  it "writes nothing the second time" do
    run(:upsert)
    expect(counted(run(:upsert))).to eq(read: 6, unchanged: 6)
  end

  # Whatever the size of a batch: nobody who inserts wants to lose one of two rows.
  {"statements" => [{}, nil], "the model" => [{callbacks: true}, nil], "batches of one" => [{}, 1]}.each do |way, (options, size)|
    it "puts aside the second of two rows with one key in mode :insert, and in mode :upsert writes it, by #{way}" do
      given = [{id: 8, number: "A8", net: 1}, {id: 9, number: "A9", net: 1}, {id: 8, number: "B8", net: 2}]
      into = lambda do |mode|
        flow("TwiceFlow") do
          source { given }
          batch_size(*size)
          on_error :quarantine, budget: 1
          sink :exports, mode:, **options
        end
      end
      run = into.call(:insert).run_now
      expect([counted(run), run.rejects.map { |reject| reject.row["number"] }]).to eq([{read: 3, new: 2, rejected: 1}, ["B8"]])
      expect(rows(:exports, :id, :number).last(2)).to eq([[8, "A8"], [9, "A9"]])
      into.call(:upsert).run_now
      expect(rows(:exports, :id, :number).last(2)).to eq([[8, "B8"], [9, "A9"]])
    end
  end

  # A batch is expected to go as the one before it: here it does, then does not, and does again.
  [[], [-> { transform { |row| row[:name] += "" } }]].each do |steps|
    it "counts exactly while batches turn from new to equal ones, to rejects and back#{", row by row" if steps.any?}" do
      Order.insert_all!((7..60).map { |id| {id:, number: "A#{id}", name: "order #{id}", net: (id == 44) ? -1 : id} }, record_timestamps: false)
      Export.insert_all!((21..36).map { |id| {id:, number: "A#{id}", name: (id > 33) ? "old" : "order #{id}", net: id} }, record_timestamps: false)
      seen = []
      run = flow do
        source :orders
        batch_size 5
        on_error :quarantine, budget: 0.5
        steps.each { |step| class_exec(&step) }
        sink :exports
      end.run_now { |now| seen << now.counts.values_at(:read, :new, :updated, :unchanged, :rejected) }
      expect(counted(run)).to eq(read: 60, new: 38, updated: 6, unchanged: 15, rejected: 1)
      expect(seen.map { |read, *rest| read - rest.sum }.uniq).to eq([0])
    end
  end

  it "counts exactly in a sink that has few rows of its own between those of the source, and then many" do
    Order.insert_all!([50, 51, 700, 701].map { |id| {id:, number: "A#{id}", name: "order #{id}", net: id} }, record_timestamps: false)
    others = ->(ids) { Export.insert_all!(ids.map { |id| {id:, number: "A#{id}", name: "own", net: id, note: "kept"} }, record_timestamps: false) }
    others.call([8, 9, 50, *100..699])
    klass = flow do
      source :orders
      batch_size 3
      sink :exports
    end
    expect(counted(klass.run_now)).to eq(read: 10, new: 5, updated: 3, unchanged: 2)
    expect(rows(:exports, :name).flatten.tally).to eq("old" => 1, "own" => 602, **rows(:orders, :name).flatten.tally)
    Order.where(id: [2, 700]).update_all(name: "another")
    Export.where(id: [3, 701]).delete_all
    expect(counted(klass.run_now)).to eq(read: 10, new: 2, updated: 2, unchanged: 6)
  end

  it "counts exactly beside a trigger that writes into the sink as well", if: FlowDatabase::KIND == :sqlite do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.create_table(:doubles, force: true) { |table| table.string(:name) && table.integer(:net) }
      connection.execute("INSERT INTO doubles (id, name, net) VALUES (30, 'order 3', 3), (40, 'old', 4), (60, 'old', 6)")
      connection.execute("CREATE TRIGGER doubled AFTER INSERT ON doubles WHEN new.id % 10 = 0 BEGIN INSERT INTO doubles (id, name) VALUES (new.id - 1, 'double'); END")
    end
    Order.update_all("id = id * 10")
    klass = flow("DoublingFlow") do
      source :orders
      keep :id, :name, :net
      batch_size 2
      sink :doubles
    end
    expect(klass.plan.path_name).to start_with("pushdown")
    expect(counted(klass.run_now)).to eq(read: 6, new: 3, updated: 2, unchanged: 1)
    expect(rows(:doubles, :id).flatten).to eq([9, 10, 19, 20, 30, 40, 49, 50, 60])
    expect(counted(klass.run_now)).to eq(read: 6, unchanged: 6)
  end

  it "counts exactly where the table itself takes rows out of the way of others", if: FlowDatabase::KIND == :sqlite do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.execute("CREATE TABLE IF NOT EXISTS sole_numbers (id integer PRIMARY KEY, number text UNIQUE ON CONFLICT REPLACE, net integer)")
      connection.execute("INSERT INTO sole_numbers VALUES (1, 'A1', 1), (2, 'A2', 2), (3, 'A3', 3), (6, 'A5', 6)")
    end
    klass = flow do
      source :orders
      keep :id, :number, :net
      batch_size 3
      sink :sole_numbers
    end
    expect(counted(klass.run_now)).to eq(read: 6, new: 3, unchanged: 3)
    expect(rows(:sole_numbers, :number).flatten).to eq(%w[A1 A2 A3 A4 A5 A6])
  ensure
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.drop_table(:sole_numbers) }
  end

  # What statements call things by. PostgreSQL itself refuses to tell the first from what it calls so.
  %i[excluded p s].each do |name|
    it "writes to a table that is called #{name}", unless: name == :excluded && FlowDatabase::KIND == :postgresql do
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.create_table(name, force: true) { |table| table.string(:name) && table.integer(:net) } }
      klass = flow do
        source :orders
        keep :id, :name, :net
        batch_size 2
        sink name
      end
      expect(counted(klass.run_now)).to eq(read: 6, new: 6)
      Order.update_all(name: "another")
      expect(counted(klass.run_now)).to eq(read: 6, updated: 6)
      expect(rows(name, :name).flatten.uniq).to eq(["another"])
      expect(counted(klass.run_now)).to eq(read: 6, unchanged: 6)
    ensure
      ActiveRecord::Base.connection_pool.with_connection { |connection| connection.drop_table(name) }
    end
  end

  it "inserts into a table with timestamps and rows of its own what has no key yet" do
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.create_table(:events, force: true) { |table| table.string(:kind) && table.timestamps } }
    klass = flow("EventFlow") do
      source [{kind: "a"}, {kind: "b"}]
      sink :events, mode: :insert
    end
    2.times { expect(counted(klass.run_now(restart: true))).to eq(read: 2, new: 2) }
    expect(rows(:events, :kind).flatten).to eq(%w[a b a b])
  end

  it "leaves alone what is there" do
    expect(counted(run(:insert_only))).to eq(read: 6, new: 2, skipped: 4)
    expect(rows(:exports, :name).flatten).to eq(["order 1", "order 2", "order 3", "order 4", "old", "old", "old"])
  end

  it "makes nothing new" do
    expect(counted(run(:update_only))).to eq(read: 6, updated: 2, unchanged: 2, skipped: 2)
    expect(rows(:exports, :id).flatten).to eq([3, 4, 5, 6, 7])
  end

  it "takes a key that is there for an error" do
    error = raised { run(:insert) }
    expect(error).to be_a(ActiveDataFlow::RowError)
    expect(error.row).to include("id" => 3)
    expect(rows(:exports, :id).flatten).to eq([3, 4, 5, 6, 7])
  end

  it "inserts without a key" do
    Export.delete_all
    expect(counted(run(:insert))).to eq(read: 6, new: 6)
  end

  it "finds a row by another key than the primary one" do
    Export.update_all("id = id + 100")
    expect(counted(flow("ByNumberFlow") {
      source(cursor: :number) { Order.select(:number, :name, :net) }
      sink :exports, key: :number
    }.run_now)).to eq(read: 6, new: 2, updated: 2, unchanged: 2)
    expect(rows(:exports, :number).flatten).to contain_exactly("A1", "A2", "A3", "A4", "A5", "A6", "A7")
  end

  it "knows what is unique, wherever the table says so, and what is not for all rows", unless: FlowDatabase::KIND == :mysql do
    texts = ["CREATE TABLE plain (id integer PRIMARY KEY, code varchar(9) NOT NULL UNIQUE, shop integer NOT NULL, number integer NOT NULL, name varchar(9), UNIQUE (shop, number))",
      "CREATE UNIQUE INDEX in_shop ON plain (number) WHERE shop = 1", "CREATE UNIQUE INDEX lowered ON plain (lower(name))",
      "CREATE TABLE paired (shop integer NOT NULL, number integer NOT NULL, name varchar(9), PRIMARY KEY (shop, number))"]
    ActiveRecord::Base.connection_pool.with_connection { |connection| ["DROP TABLE IF EXISTS plain", "DROP TABLE IF EXISTS paired", *texts].each { |text| connection.execute(text) } }
    given = [{id: 1, code: "a", shop: 1, number: 1, name: "A"}, {id: 2, code: "b", shop: 1, number: 2, name: "B"}]
    to = lambda do |table, key|
      flow("UniqueFlow") do
        source given
        sink table, key:
      end
    end
    expect(counted(to.call(:plain, :code).run_now)).to eq(read: 2, new: 2)
    expect(counted(to.call(:plain, %i[number shop]).run_now)).to eq(read: 2, unchanged: 2)
    expect(counted(to.call(:paired, nil).run_now)).to eq(read: 2, new: 2)
    %i[number name].each do |key|
      expect(raised { to.call(:plain, key).plan }.message).to match(/by \[:#{key}\], which is not unique there\. Unique are \[:id\], \[:(code|shop)/)
    end
    expect(flow("ReadFlow") {
      source :plain, cursor: %i[shop number]
      sink :paired, key: %i[shop number]
      keep :shop, :number, :name
    }.plan.path_name).to start_with("pushdown")
  end

  it "takes the last of the rows with one key, by the cursor" do
    rows = [{id: 1, number: "A1", name: "first"}, {id: 2, number: "A2", name: "other"}, {id: 1, number: "A1", name: "last"}]
    Export.delete_all
    run = flow do
      source rows
      sink :exports
    end.run_now
    expect(counted(run)).to eq(read: 3, new: 2, skipped: 1)
    expect(rows(:exports, :name).flatten).to eq(%w[last other])
  end

  it "has nothing to write where the rows bring the key alone" do
    [proc {}, proc { transform { |_row| } }].each do |way|
      Person.delete_all
      klass = flow("KeysFlow") do
        source :orders, scope: -> { where("id > 2") }
        keep :id
        class_eval(&way)
        sink :people
      end
      Person.insert!({id: 3})
      expect(counted(klass.run_now)).to eq(read: 4, new: 3, unchanged: 1)
      Person.where(id: 6).delete_all
      expect(counted(flow("OnlyFlow", klass) { sink :people, mode: :update_only }.run_now)).to eq(read: 4, unchanged: 3, skipped: 1)
    end
  end

  describe "columns that only some rows bring" do
    let(:given) { [{id: 3, number: "A3", name: "a", net: 1}, {"net" => 5, "id" => 4, "number" => "A4"}, {id: 5, number: "A5", name: "x"}, {id: 6, number: "A6", name: "y"}] }
    let(:expected) { [[3, "a", 1], [4, "order 4", 5], [5, "x", 5], [6, "y", 6]] }

    def brought(rows, batch_size, *steps, **options, &before)
      spec = self
      flow("BroughtFlow") do
        source { spec.instance_exec(rows, &before || :itself.to_proc) }
        batch_size batch_size
        steps.each { |step| class_exec(&step) }
        sink :exports, **options
      end
    end

    def paged(rows)
      Class.new(ActiveDataFlow::Connector::Source) {
        define_singleton_method(:name) { "Paged" }
        define_method(:fetch) { |after:, **| ActiveDataFlow::Connector::Source::Page.new(rows.drop(after || 0).first(3), cursor: (after.nil? ? 3 : nil)) }
      }.new
    end

    def yielding(rows)
      Class.new(ActiveDataFlow::Connector::Source) {
        define_singleton_method(:name) { "Yielding" }
        define_method(:each) { |batch_size:, start_id:, &block| rows.drop_while { |row| row.values_at(:id, "id").compact.first <= start_id.to_i }.each(&block) }
        define_method(:position_of) { |row| row.values_at(:id, "id").compact.first }
      }.new
    end

    it "keep their values in the others, whatever the batch size and the source" do
      sources = [->(rows) { rows }, ->(rows) { rows.lazy }, ->(rows) { paged(rows) }, ->(rows) { yielding(rows) }]
      before = Export.where(id: 3..6).map(&:attributes)
      sources.product([1, 2, 3, 100]).each do |from, batch_size|
        Export.upsert_all(before, record_timestamps: false)
        expect(counted(brought(given, batch_size, &from).run_now)).to eq(read: 4, updated: 4)
        expect(rows(:exports, :id, :name, :net).first(4)).to eq(expected)
      end
    end

    it "are NULL in steps, which write only what they assign" do
      steps = {-> { filter { |row| row[:name].nil? } } => [[3, "order 3", 3], [4, "order 4", 5], [5, "old", 5], [6, "old", 6]],
               -> { default name: "?" } => [[3, "a", 1], [4, "?", 5], [5, "x", 5], [6, "y", 6]],
               -> { cast name: :string, net: :integer } => expected,
               -> { rename name: :note } => [[3, "order 3", 1], [4, "order 4", 5], [5, "old", 5], [6, "old", 6]],
               -> { derive(:note) { |row| row[:name].concat("!") } } => expected,
               -> { transform { |row| row[:net] += 1 if row[:net] } } => [[3, "a", 2], [4, "order 4", 6], [5, "x", 5], [6, "y", 6]]}
      before = Export.where(id: 3..6).map(&:attributes)
      notes = steps.keys.to_h { |step| [step, %w[kept kept kept kept]] }.merge(steps.keys[3] => ["a", "kept", "x", "y"], steps.keys[4] => ["a!", nil, "x!", "y!"])
      steps.to_a.product([1, 2, 100]).each do |(step, result), batch_size|
        Export.upsert_all(before, record_timestamps: false)
        brought(given, batch_size, step).run_now
        expect(rows(:exports, :id, :name, :net).first(4)).to eq(result)
        expect(rows(:exports, :note).flatten.first(4)).to eq(notes[step])
      end
    end

    it "are what the database gives them in a new row" do
      Export.delete_all
      run = brought([{id: 2_000_000, number: "B1", state: "paid"}, {number: "B2"}, {number: "B3", state: "sent"}], 100, mode: :insert).run_now
      expect(counted(run)).to eq(read: 3, new: 3)
      expect(Export.where(number: %w[B1 B2 B3]).order(:number).pluck(:state)).to eq(%w[paid new sent])
    end

    it "may be those of the key: such a row is put aside, and no other" do
      run = brought([{id: 3, number: "A3", net: 30}, {number: "A4", net: 40}, {id: 5, number: "A5", net: 50}], 100, -> { on_error :quarantine, budget: 1 }).run_now
      expect(counted(run)).to eq(read: 3, updated: 2, rejected: 1)
      expect(run.rejects.map { |reject| [reject.position, reject.reason] }).to eq([["int:2", "id is NULL, and rows of exports are found by it"]])
    end

    it "end no batch too early or too late: a failed run goes on behind the last row that is written" do
      klass = brought(given, 100)
      cursors = []
      expect { klass.run_now { |run| cursors << run.cursor and raise "stop" if cursors.size < 2 } }.to raise_error("stop")
      expect(rows(:exports, :net).flatten.first(4)).to eq([1, 4, 5, 6])
      expect(counted(klass.run_now { |run| cursors << run.cursor })).to eq(read: 4, updated: 4)
      expect(cursors).to eq(%w[int:1 int:2 int:4])
      expect(rows(:exports, :id, :name, :net).first(4)).to eq(expected)
    end

    it "do not change the key under which a batch is sent again" do
      sent = []
      sink = Class.new(ActiveDataFlow::Connector::Sink) {
        define_singleton_method(:name) { "Sent" }
        define_method(:write_batch) { |rows, idempotency_key:| (sent << [rows.map { |row| row[:id] || row["id"] }, idempotency_key]).size == 2 and raise IOError, "no answer" }
      }.new
      list = given
      klass = flow("SentFlow") do
        source list
        sink sink
      end
      expect { klass.run_now }.to raise_error(IOError)
      klass.run_now
      expect(sent.map(&:first)).to eq([[3], [4], [4], [5, 6]])
      expect(sent.map(&:last).uniq.size).to eq(3)
    end

    it "are not seen by a sink that is called, and all rows are previewed" do
      seen = []
      list = given
      klass = flow("SeenFlow") do
        source list
        sink { |row| seen << row }
      end
      klass.run_now
      expect(seen).to eq(given.map { |row| row.transform_keys(&:to_sym) })
      expect(klass.preview(rows: 3).map { |entry| entry.after[:id] }).to eq([3, 4, 5])
    end
  end

  it "refuses a row whose key is NULL, since it would never be found again" do
    run = flow do
      source [{id: nil, number: "A1"}, {id: 2, number: "A2"}]
      on_error :quarantine, budget: 1
      sink :exports
    end.run_now
    expect(counted(run)).to eq(read: 2, new: 1, rejected: 1)
    expect(run.rejects.map { |reject| [reject.column_name, reject.reason] }).to eq([["id", "id is NULL, and rows of exports are found by it"]])
  end

  it "sets created_at and updated_at where the rows bring none, and moves the second only when a row changed" do
    given = Array.new(3) { |index| {id: index + 3, number: "A#{index + 3}", name: (index == 2) ? "other" : "order #{index + 3}"} }
    Export.update_all(created_at: Time.utc(2000), updated_at: Time.utc(2000))
    klass = flow do
      source given + [{id: 99, number: "A99", name: "new"}]
      sink :exports
    end
    expect(counted(klass.run_now)).to eq(read: 4, new: 1, updated: 1, unchanged: 2)
    expect(Export.where(id: 3..4).pluck(:created_at, :updated_at).flatten.uniq).to eq([Time.utc(2000)])
    expect(Export.find(5)).to have_attributes(created_at: Time.utc(2000), updated_at: be > Time.utc(2020))
    expect(Export.find(99)).to have_attributes(created_at: be > Time.utc(2020), updated_at: be > Time.utc(2020))
  end

  it "makes rows of the class that is written, where classes share a table, and leaves those that are there what they are" do
    stub_const("Beast", Class.new(ActiveRecord::Base))
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.create_table(:beasts, force: true) { |table| table.string(:type, null: false) && table.string(:name) && table.timestamps(null: true) }
    end
    %w[Cat Dog].each { |name| stub_const(name, Class.new(Beast)) }
    ways = {"by statements" => [{}, proc { source [{id: 1, name: "Tom"}, {id: 2, name: "Tim"}] }], "by the database" => [{}, proc { source(:orders) && keep(:id, :name) }],
            "without its own times" => [{record_timestamps: false}, proc { source [{id: 1, name: "Tom"}, {id: 2, name: "Tim"}] }],
            "through the model" => [{callbacks: true}, proc { source [{id: 2, name: "Tim"}] }]}
    Order.where(id: 3..).delete_all
    ways.each do |way, (options, lines)|
      Beast.delete_all
      Dog.create!(id: 1, name: "Rex")
      flow("#{way.tr(" ", "_").camelize}Flow") { [class_eval(&lines), sink(Cat, **options)] }.run_now
      expect([way, Beast.order(:id).pluck(:id, :type)]).to eq([way, [[1, "Dog"], [2, "Cat"]]])
    end
  end

  it "leaves the timestamps alone with record_timestamps: false" do
    flow do
      source [{id: 9, number: "A9", name: "new"}]
      sink :exports, record_timestamps: false
    end.run_now
    expect(Export.find(9)).to have_attributes(created_at: nil, updated_at: nil)
  end

  it "writes the timestamps that the rows bring" do
    Order.update_all(created_at: Time.utc(2001, 2, 3, 4, 5, 6.789r), updated_at: Time.utc(2002))
    run(:upsert)
    expect(Export.find(1)).to have_attributes(created_at: Time.utc(2001, 2, 3, 4, 5, 6.789r), updated_at: Time.utc(2002))
  end
end
