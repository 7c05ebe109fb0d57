# frozen_string_literal: true

# Several sinks in one flow.
RSpec.describe "[sinks] Rows" do
  include_context "flows in a database"

  let(:path) { File.join(FlowDatabase.folder, "orders-#{rand(1 << 32)}.jsonl") }
  let(:seen) { [] }

  def lines = File.exist?(path) ? File.readlines(path).map { |line| JSON.parse(line) } : []

  # Two tables, whose columns are of other types, something to call, and a file.
  def export(&more)
    spec, file = self, path
    flow do
      source { spec.given || Order.select(:id, :number, :net) }
      sink { ActiveDataFlow::JSONLSink.new(file) }
      sink :exports, key: :id
      sink(key: :id) { |row| spec.called(row) }
      sink :archives
      class_eval(&more) if more
    end
  end

  attr_reader :given

  def called(row)
    raise ArgumentError, "5 is not wanted" if row[:net].to_s == "5"

    seen << row[:id]
  end

  # What each has, which is the same.
  def everywhere
    all = [rows(:exports, :id).flatten, rows(:archives, :id).flatten, seen.uniq.sort, lines.map { |line| line["id"] }]
    expect(all.uniq.size).to eq(1), all.inspect
    all.first
  end

  def spoil
    @given = (1..20).map { |id| {id:, number: "A#{id}", net: (id == 3) ? -1 : id} }
    @given[8][:net] = "nine"
    @given[10][:number] = "A\xFF"
  end

  let(:bad) { [3, 5, 7, 9, 11] }

  it "come to all sinks, and are counted for each" do
    orders(20, net: 1)
    run = export { batch_size 8 }.run_now
    expect(everywhere).to eq((1..20).to_a)
    all_new = {new: 20, updated: 0, unchanged: 0, skipped: 0, deleted: 0, written: 20}
    expect(run.sink_counts).to eq("exports" => all_new, "archives" => all_new, "ActiveDataFlow::Connector::Sink::Lambda" => all_new, path => all_new)
    again = export { batch_size 7 }.run_now
    expect(counted(again)).to eq(read: 20, unchanged: 20)
    expect(again.sink_counts["archives"]).to include(unchanged: 20, written: 0)
    expect(again.sink_counts[path]).to include(new: 20)
    expect(lines.size).to eq(20)
  end

  [1, 2, 3, 7, 1000].each do |size|
    it "that one sink refuses are in none, whichever it is and whenever it says so (batches of #{size})" do
      spoil
      run = export {
        batch_size size
        on_error :quarantine, budget: 10
      }.run_now
      expect(everywhere).to eq((1..20).to_a - bad)
      expect(counted(run)).to eq(read: 20, new: 15, rejected: 5)
      expect(run.sink_counts.values.map { |counts| counts[:written] }).to eq([15] * 4)
      expect(run.rejects.map { |reject| [reject.row["id"], reject.stage, reject.reason[/\(sink .+\)/]] }.sort).to eq([
        [3, "write", "(sink exports)"], [5, "write", "(sink ActiveDataFlow::Connector::Sink::Lambda)"], [7, "write", "(sink archives)"],
        [9, "write", "(sink exports)"], [11, "write", (FlowDatabase::KIND == :sqlite) ? "(sink #{path})" : "(sink exports)"] # SQLite keeps any bytes
      ])
    end
  end

  it "that are bad are only left out where the flow says so, everywhere as well" do
    spoil
    run = export { on_error :skip, budget: 10 }.run_now
    expect(everywhere).to eq((1..20).to_a - bad)
    expect(run.rejects).to eq([])
  end

  it "of a batch that stops the flow are in no database and no file" do
    spoil
    error = raised { export { batch_size 2 }.run_now }
    expect(error).to be_a(ActiveDataFlow::RowError).and have_attributes(message: /\AOrderExportFlow stopped at row 3 \(write\): .*\(sink exports\)\. on_error/)
    expect([rows(:exports, :id), rows(:archives, :id)].map(&:flatten)).to eq([[1, 2]] * 2)
    @given = given.reject { |row| bad.include?(row[:id]) }
    export { batch_size 2 }.run_now
    expect(everywhere).to eq((1..20).to_a - bad)
  end

  it "over the budget are nowhere" do
    spoil
    error = raised { export { on_error :quarantine, budget: 4 }.run_now }
    expect(error).to be_a(ActiveDataFlow::BudgetExceeded)
    expect([rows(:exports, :id), rows(:archives, :id), lines]).to eq([[], [], []])
  end

  it "that a block writes through a model are there, whatever is taken back around it" do
    orders(10, net: 1)
    run = flow {
      source { Order.select(:id, :number, :net) }
      on_error :quarantine, budget: 10
      sink :exports
      sink(key: :id) { |row| (row[:id] == 5) ? raise("no") : Person.create!(id: row[:id]) }
    }.run_now
    expect([rows(:exports, :id).flatten, rows(:people, :id).flatten]).to eq([[1, 2, 3, 4, 6, 7, 8, 9, 10]] * 2)
    expect(counted(run)).to eq(read: 10, new: 9, rejected: 1)
  end

  it "that the database refuses late are refused before something is called that takes nothing back", if: FlowDatabase::KIND != :mysql do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.create_table(:followers, if_not_exists: true) { |table| table.string(:number) && table.bigint(:net) }
      connection.add_foreign_key(:followers, :people, column: :net, deferrable: :deferred) if connection.foreign_keys(:followers).empty?
    end
    [1, 2, 4].each { |id| Person.create!(id:) }
    orders(4)
    spec = self
    flow {
      source { Order.select(:id, :number, :net) }
      on_error :quarantine, budget: 10
      sink :followers
      sink(key: :id) { |row| spec.called(row) }
    }.run_now
    expect([rows(:followers, :id).flatten, seen.uniq]).to eq([[1, 2, 4]] * 2)
  ensure
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.drop_table(:followers) }
  end

  it "have in each sink the types of its columns, as if it were alone" do
    orders(2)
    export { transform { |row| row[:net] = "0#{row[:net]}" } }.run_now
    expect([rows(:exports, :net), rows(:archives, :net), lines.map { |line| line["net"] }]).to eq([[[1], [2]], [["01"], ["02"]], %w[01 02]])
  end

  it "go on where they stopped in all sinks, and count on" do
    orders(20, net: 1)
    stop = [13]
    klass = export do
      batch_size 5
      transform { |row| raise "stop" if stop.delete(row[:id]) }
    end
    expect(raised { klass.run_now }.message).to eq("stop")
    run = klass.run_now
    expect(everywhere).to eq((1..20).to_a)
    expect(run.sink_counts.values.map { |counts| counts[:new] }).to eq([20] * 4)
  end

  it "of one key are in a table as the last one says, and in a file each time" do
    @given = [{id: 1, number: "A", net: 1}, {id: 2, number: "B", net: 1}, {id: 1, number: "A", net: 2}]
    run = export { batch_size 2 }.run_now
    expect(rows(:exports, :id, :net)).to eq([[1, 2], [2, 1]])
    expect(lines.map { |line| line["net"] }).to eq([1, 1, 2])
    first = counted(run)
    FlowDatabase.empty
    run = export.run_now
    expect(rows(:exports, :id, :net)).to eq([[1, 2], [2, 1]])
    expect(lines.map { |line| line["net"] }).to eq([1, 1, 2])
    expect([first, counted(run)]).to eq([{read: 3, new: 2, updated: 1}, {read: 3, new: 2, skipped: 1}])
    expect(run.sink_counts["archives"]).to include(new: 2, skipped: 1)
  end

  it "are written by the mode of each sink" do
    orders(3)
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("INSERT INTO exports (id, number, net) VALUES (2, 'old', 0)") }
    run = flow {
      source { Order.select(:id, :number, :net) }
      sink :exports, mode: :update_only
      sink :archives, mode: :insert
    }.run_now
    expect([rows(:exports, :id, :number), rows(:archives, :id).flatten]).to eq([[[2, "A2"]], [1, 2, 3]])
    expect(counted(run)).to eq(read: 3, updated: 1, skipped: 2)
    expect(run.sink_counts.transform_values { |counts| counts.reject { |_, count| count.zero? } }).to eq("exports" => {updated: 1, skipped: 2, written: 1}, "archives" => {new: 3, written: 3})
  end

  [%i[members archives], %i[archives members]].each do |names|
    it "that a model refuses are in no table, also where #{names.first} come first" do
      orders(4)
      Order.where(id: 2).update_all(net: 200)
      run = flow {
        source :orders
        rename net: :age
        keep :id, :name, :age
        on_error :quarantine, budget: 10
        names.each { |name| sink name, callbacks: name == :members }
      }.run_now
      expect([rows(:members, :id).flatten, rows(:archives, :id).flatten]).to eq([[1, 3, 4]] * 2)
      expect(run.rejects.map(&:reason)).to match([/Age must be less than 150.*\(sink members\)/])
      expect(rows(:members, :log).flatten.uniq).to eq(["saved"])
    end
  end

  it "have their sinks from the last class that says any" do
    orders(2)
    base = export
    flow("ExportOnlyFlow", base) { sink :exports, key: :id }.run_now
    expect([rows(:exports, :id).size, rows(:archives, :id).size]).to eq([2, 0])
    flow("AllFlow", base).run_now
    expect(everywhere).to eq([1, 2])
    both = flow("BothFlow", base) do
      sink :people
      sink :archives
    end
    expect(both.declarations.sink_lines.map(&:name)).to eq(%i[people archives])
  end

  it "are split into parts, which count together" do
    orders(40)
    run = flow {
      source :orders
      keep :id, :number
      sink :exports, key: :id
      sink :archives
      partitions 4
    }.run_now
    expect([rows(:exports, :id).size, rows(:archives, :id).size]).to eq([40, 40])
    expect(run.sink_counts.transform_values { |counts| counts[:written] }).to eq("exports" => 40, "archives" => 40)
    expect(run.parts.size).to eq(4)
    expect(raised { export { partitions 2 }.run_now }).to be_a(ActiveDataFlow::ConfigurationError).and have_attributes(message: /#{path} can be written by one run only/)
  end

  it "that were put aside are replayed into all sinks; a file takes none later" do
    orders(3)
    Order.where(id: 2).update_all(net: 7)
    both = flow do
      source { Order.select(:id, :number, :net) }
      on_error :quarantine, budget: 10
      sink :exports, key: :id
      sink :archives
    end
    run = both.run_now
    expect(run.replay_rejects).to eq(replayed: 0, open: 1)
    expect([rows(:exports, :id), rows(:archives, :id)]).to eq([[[1], [3]]] * 2)
    reject = run.rejects.first
    reject.update!(row: reject.row.merge("net" => 8))
    expect(reject.replay).to be(true)
    expect([rows(:exports, :id, :net), rows(:archives, :id, :net)]).to eq([[[1, 1], [2, 8], [3, 3]], [[1, "1"], [2, "8"], [3, "3"]]])
    run = export { on_error :quarantine, budget: 10 }.run_now
    expect(raised { run.replay_rejects }).to be_a(ActiveDataFlow::ConfigurationError)
      .and have_attributes(message: /#{path} is written from its beginning to its end, so no row of run \d+ can come later\. Mend the rows in the source, and run the flow again\./)
  end

  describe "of the table that is changed" do
    # Raises prices, and writes down what it made of them.
    def raising(&more)
      file = path
      flow("RaiseFlow") do
        source :orders
        batch_size 4
        sink { ActiveDataFlow::JSONLSink.new(file) }
        sink :archives, mode: :insert
        sink :orders
        drop :state, :created_at, :updated_at, :name
        transform { |row| row[:net] += 100 }
        class_eval(&more) if more
      end
    end

    it "are in the others as they became, also where somebody has changed them meanwhile" do
      orders(10)
      at = [6]
      run = raising {
        transform { |row| FlowDatabase.elsewhere("UPDATE orders SET net = 50 WHERE id IN (2, 7)") if at.delete(row[:id]) }
      }.run_now
      nets = {2 => 102, 7 => 150}
      expected = (1..10).map { |id| [id, nets[id] || 100 + id] }
      expected[1][1] = 50
      expect(rows(:orders, :id, :net)).to eq(expected)
      copied = expected.dup.tap { |all| all[1] = [2, 102] }
      expect(lines.map { |line| line.values_at("id", "net") }.sort).to eq(copied)
      expect(rows(:archives, :id, :net)).to eq(copied.map { |id, net| [id, net.to_s] })
      expect(counted(run)).to eq(read: 10, updated: 10)
    end

    it "are left as they are where another sink refuses what they would become, and where they become what they are" do
      orders(10)
      Order.where(id: [3, 5]).update_all(net: -93)
      run = raising {
        on_error :quarantine, budget: 10
        transform { |row| row[:net] = row[:id] if row[:id].between?(7, 8) }
      }.run_now
      expect(rows(:orders, :net).flatten).to eq([101, 102, -93, 104, -93, 106, 7, 8, 109, 110])
      expect(lines.map { |line| line["id"] }).to eq([1, 2, 4, 6, 8, 9, 10])
      expect(rows(:archives, :id).flatten).to eq([1, 2, 4, 6, 8, 9, 10])
      expect(counted(run)).to eq(read: 10, updated: 6, unchanged: 1, rejected: 3)
    end

    it "are not touched where nothing is assigned, and come to the others" do
      orders(10)
      file = path
      run = flow {
        source :orders
        sink { ActiveDataFlow::JSONLSink.new(file) }
        sink :orders
      }.run_now
      expect(counted(run)).to eq(read: 10, unchanged: 10)
      expect(lines.size).to eq(10)
    end
  end

  it "that were not read go from the mirror, and are counted for it" do
    orders(4)
    file = path
    ActiveRecord::Base.connection_pool.with_connection { |connection| [2, 9].each { |id| connection.execute("INSERT INTO archives (id, number) VALUES (#{id}, 'x')") } }
    Order.where(id: 2).delete_all
    run = flow {
      source { Order.select(:id, :number) }
      batch_size 2
      sink :archives, mode: :mirror, max_deletes: nil
      sink { ActiveDataFlow::JSONLSink.new(file) }
    }.run_now
    expect([rows(:archives, :id).flatten, lines.map { |line| line["id"] }]).to eq([[1, 3, 4]] * 2)
    expect(counted(run)).to eq(read: 3, new: 3, deleted: 2)
    expect(run.sink_counts).to eq("archives" => {new: 3, updated: 0, unchanged: 0, skipped: 0, deleted: 2, written: 3}, path => {new: 3, updated: 0, unchanged: 0, skipped: 0, deleted: 0, written: 3})
    expect(raised { flow { [source(:orders), keep(:id, :number), sink(:exports), sink(:archives, mode: :mirror)] }.plan }).to have_attributes(
      message: "OrderExportFlow writes to 2 sinks, and mode :mirror of archives is for the one whose rows are the run's, which is exports. Write a flow of its own for it."
    )
  end

  it "are moved: into a file, and out of the table that is read" do
    orders(6)
    file = path
    run = flow {
      source { Order.select(:id, :number, :net).where(id: 2..5) }
      on_error :quarantine, budget: 10
      sink { ActiveDataFlow::JSONLSink.new(file) }
      sink(key: :id) { |row| raise "no" if row[:id] == 4 }
      sink :orders, mode: :delete
    }.run_now
    expect([rows(:orders, :id).flatten, lines.map { |line| line["id"] }]).to eq([[1, 4, 6], [2, 3, 5]])
    expect(counted(run)).to eq(read: 4, deleted: 3, rejected: 1)
    expect(run.sink_counts["orders"]).to include(deleted: 3, written: 0)
  end

  describe "for another database" do
    include_context "a database for reports"

    def reporting(**options, &more)
      file = path
      flow("ReportingFlow") do
        source { Order.select(:id, :name, :net) }
        sink :reports, connection: "ReportsRecord", **options
        sink(:archives)
        sink { ActiveDataFlow::JSONLSink.new(file) }
        class_eval(&more) if more
      end
    end

    it "are refused by both or by none of them, and committed with the run as late as can be" do
      orders(10)
      [3, 7].each { |id| Order.where(id:).update_all(net: (id == 3) ? 666 : 7) }
      run = reporting { on_error :quarantine, budget: 10 }.run_now
      left = [1, 2, 4, 5, 6, 8, 9, 10]
      expect([reports.map(&:first), rows(:archives, :id).flatten, lines.map { |line| line["id"] }]).to eq([left] * 3)
      expect(run.rejects.map(&:reason)).to match_array([/\(sink reports\)/, /\(sink archives\)/])
      expect(run.sink_counts.transform_values { |counts| counts[:new] }).to eq("archives" => 8, "reports" => 8, path => 8)
      expect(ActiveDataFlow::RunStore.of(ReportingFlow)).to equal(ActiveDataFlow::ActiveRecord::Stores.for(nil))
    end

    it "are in none when the last look at the batch says no" do
      orders(10)
      Order.where(id: [3, 7]).update_all(net: 7)
      expect(raised { reporting { on_error :quarantine, budget: 1 }.run_now }).to be_a(ActiveDataFlow::BudgetExceeded)
      expect([reports, rows(:archives, :id), lines]).to eq([[], [], []])
    end

    it "are not of a table there that is read and changed" do
      klass = flow do
        source :reports, connection: "ReportsRecord"
        sink :reports, connection: "ReportsRecord"
        sink :exports
        keep :id, :name, :net
        set net: 1, number: "A"
      end
      expect(raised { klass.plan }).to have_attributes(message: "OrderExportFlow writes to 2 sinks, and reports is the table that it reads, in another database than its runs. Write a flow that only changes reports.")
    end

    it "have to be such as may come again" do
      expect(raised { reporting(mode: :insert).run_now }).to have_attributes(class: ActiveDataFlow::ConfigurationError,
        message: "ReportingFlow writes to 3 sinks, and mode :insert of reports, in another database than its runs, would refuse after a crash what it has already. Write: sink :reports, mode: :insert_only.")
    end

    it "are counted for that table, and its mark says how far they have come, also where a file is said before it" do
      orders(4)
      file = path
      ActiveDataFlow.prepare_marks!("ReportsRecord")
      klass = flow do
        source { Order.select(:id, :name, :net) }
        sink { ActiveDataFlow::JSONLSink.new(file) }
        sink :reports, connection: "ReportsRecord", mode: :mirror, max_deletes: nil
      end
      expect(klass.plan.to_s).to include("rows and the run's mark in one transaction of the sink's database")
      expect(counted(klass.run_now)).to eq(read: 4, new: 4)
      Order.where(id: 2..3).delete_all
      FileUtils.rm_f(file)
      run = klass.run_now(restart: true)
      expect(counted(run)).to eq(read: 2, unchanged: 2, deleted: 2)
      expect([reports.map(&:first), lines.map { |line| line["id"] }, run.sink_counts[file]]).to match([[1, 4], [1, 4], include(new: 2)])
    end
  end

  describe "are refused together" do
    def refused(&) = raised { flow { source(:orders) && class_eval(&) }.plan }

    it "where one has neither key nor checkpoint" do
      expect(refused {
        sink :exports
        sink { |row| row }
      }).to have_attributes(class: ActiveDataFlow::ConfigurationError, message: "OrderExportFlow writes to 2 sinks, and ActiveDataFlow::Connector::Sink::Lambda has neither a key " \
        "nor a checkpoint: after a crash it would have rows twice that the others have once. Write key: with the columns by which it finds a row again, as in sink ..., key: :id, " \
        "or give it a flow of its own.")
    end

    it "where two cannot take a row back" do
      expect(refused {
        sink :exports
        2.times { sink(key: :id) { |row| row } }
      }).to have_attributes(message: "OrderExportFlow writes to 3 sinks, and ActiveDataFlow::Connector::Sink::Lambda and ActiveDataFlow::Connector::Sink::Lambda (2) cannot take a row back: " \
        "what the second one refuses would stay in the first. Write a flow for each of them.")
    end

    it "where two are one" do
      expect(refused {
        sink :exports
        sink Export, key: :number
      }).to have_attributes(message: "OrderExportFlow writes to 2 sinks, and exports is two of them. Leave one of the two lines out.")
      files = ["orders.jsonl", File.expand_path("orders.jsonl")]
      expect(refused { files.each { |file| sink { ActiveDataFlow::JSONLSink.new(file) } } }).to have_attributes(message: /and orders.jsonl is two of them/)
    end

    it "where the mode is said of all" do
      expect(refused {
        sink :exports
        sink :archives
        mode :insert
      }).to have_attributes(message: "OrderExportFlow says mode :insert and has 2 sinks. Write mode: at each sink.")
    end

    it "where one lacks a column, as it would be alone" do
      expect(refused {
        keep :id, :number, :state
        sink :exports
        sink :archives
      }).to be_a(ActiveDataFlow::ColumnMismatch).and have_attributes(message: /archives has no column state .*Write: keep :id, :number/)
    end
  end

  it "are described in the plan, and shown beforehand" do
    orders(2)
    klass = export { on_error :skip, budget: 1 }
    said = klass.plan.to_s.lines.map(&:chomp)
    expect(said.grep(/mode :/)).to match([
      "  writes  #{path}, mode :insert; file: lines written in Rust, cut at the last commit when a run goes on",
      /\A          exports by id, mode :upsert; /, "          ActiveDataFlow::Connector::Sink::Lambda, mode :insert; connector", /\A          archives by id, mode :upsert; /
    ])
    expect(said.grep(/\A  path/)).to match([/\(because rows go to 4 sinks\)\z/])
    expect(klass.preview(rows: 1).map(&:after)).to eq([{id: 1, number: "A1", net: 1}])
    expect(klass.test([{id: 1}])).to eq([{id: 1}])
    expect([rows(:exports, :id), lines]).to eq([[], []])
  end

  it "have another beginning where a sink is added or left out" do
    orders(2)
    one = flow { [source(:orders), keep(:id, :number), sink(:exports)] }.plan.fingerprint
    two = flow { [source(:orders), keep(:id, :number), sink(:exports), sink(:archives)] }.plan.fingerprint
    expect(ActiveDataFlow::Engine::Fingerprint.moved?(one, two)).to be(true)
    alone = flow { [source(:orders), keep(:id, :number), sink(:exports)] }
    expect(alone.run_now.sink_counts).to eq({})
  end
end
