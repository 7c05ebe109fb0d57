# frozen_string_literal: true

require_relative "statements_examples"

# A sink in another SQL database than the runs: another of the same server, or another file.
RSpec.describe "[marks]" do
  include_context "flows in a database"
  include_context "counted statements"

  far = FlowDatabase::KIND == :postgresql

  before(:context) do
    FlowDatabase.connect
    next if defined?(FarAwayRecord)

    Object.const_set(:FarAwayRecord, Class.new(ActiveRecord::Base) { self.abstract_class = true })
    file = {adapter: "sqlite3", database: File.join(FlowDatabase.folder, "far_away.sqlite3"), timeout: 5000}
    FarAwayRecord.establish_connection(**(far ? Servers.fresh(:postgresql, "far_away_#{Process.pid}", pool: 8) : file))
    FarAwayRecord.connection.create_table(:exports) do |table|
      FlowDatabase.order_columns(table)
      table.index :number, unique: true
      table.check_constraint "net >= 0", name: "net_not_negative"
    end
  end

  before do
    ActiveDataFlow.prepare_marks!(FarAwayRecord)
    %w[exports active_data_flow_marks].each { |table| FarAwayRecord.connection.execute("DELETE FROM #{table}") }
  end

  def far_rows(*columns) = FarAwayRecord.connection.select_rows("SELECT #{columns.join(", ")} FROM exports ORDER BY id")

  def mark = FarAwayRecord.connection.select_all("SELECT * FROM active_data_flow_marks").to_a.first

  def far_flow(mode = :upsert, **options, &more)
    flow do
      source :orders
      batch_size 10
      class_eval(&more) if more
      sink :exports, connection: "FarAwayRecord", mode:, **options
    end
  end

  # Steps that SQL has no word for: every row comes through this process.
  def carried = far_flow(:insert) { transform { |row| row[:name] = row[:name].upcase } }

  def tamper(sql) = ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute(sql) }

  def cursor = (FlowDatabase::KIND == :mysql) ? "`cursor`" : "cursor"

  it "takes rows by each mode and key, and the plan says what keeps them and the cursor together" do
    orders(35)
    klass = far_flow(key: :number)
    expect(klass.plan.to_s).to end_with("\n  commits rows and the run's mark in one transaction of the sink's database (active_data_flow_marks), then the run's cursor")
    expect(counted(klass.run_now)).to eq(read: 35, new: 35)
    Order.where(id: 1..4).update_all(name: "another")
    expect(counted(klass.run_now)).to eq(read: 35, updated: 4, unchanged: 31)
    expect(far_rows(:id, :name).first(5)).to eq((1..5).map { |id| [id, (id < 5) ? "another" : "order 5"] })
  end

  it "is not needed in a database that keeps its runs itself, and the plan does not ask for it" do
    stub_const("KeepingRecord", Class.new(ActiveRecord::Base) { self.abstract_class = true })
    KeepingRecord.establish_connection(adapter: "sqlite3", database: File.join(FlowDatabase.folder, "keeping.sqlite3"))
    ActiveDataFlow::ActiveRecord::Tables.new(ActiveDataFlow::ActiveRecord::Database.new(KeepingRecord)).prepare
    KeepingRecord.connection_pool.with_connection { |connection| connection.create_table(:kept_orders, force: true) { |table| table.string(:number) } }
    orders(5)
    klass = flow do
      source :orders
      keep :id, :number
      sink :kept_orders, connection: "KeepingRecord"
    end
    expect(klass.plan.to_s).to end_with("\n  commits rows and cursor in one transaction of the database that keeps the runs")
    expect(counted(klass.run_now)).to eq(read: 5, new: 5)
  ensure
    KeepingRecord.remove_connection
  end

  it "takes them through the model, and by those who part the rows" do
    orders(35)
    stub_const("FarExport", Class.new(FarAwayRecord) { self.table_name = "exports" })
    FarExport.before_save { self.state = "saved" }
    model = flow do
      source :orders
      sink FarExport, callbacks: true
      batch_size 10
    end
    expect(counted(model.run_now)).to eq(read: 35, new: 35)
    expect(far_rows(:state).uniq).to eq([["saved"]])
    parted = far_flow { partitions 3 }
    expect(counted(parted.run_now(restart: true))).to eq(read: 35, updated: 35)
    expect(FarAwayRecord.connection.select_value("SELECT count(*) FROM active_data_flow_marks")).to eq(4)
  end

  it "goes on where a run has stopped" do
    orders(35)
    Order.where(id: 25).update_all(net: -1)
    expect { carried.run_now }.to raise_error(ActiveDataFlow::RowError, /id 25/)
    expect([far_rows(:id).size, mark["commits"]]).to eq([20, 2])
    Order.where(id: 25).update_all(net: 1)
    expect(counted(OrderExportFlow.run_now)).to eq(read: 35, new: 35)
    expect(far_rows(:id).size).to eq(35)
  end

  it "has a file beside it: a row is in both or in none, and both go on where the run has stopped" do
    orders(35)
    Order.where(id: 25).update_all(net: -1)
    file = File.join(FlowDatabase.folder, "far_away.jsonl")
    klass = flow do
      source :orders
      batch_size 10
      sink :exports, connection: "FarAwayRecord"
      sink { ActiveDataFlow::JSONLSink.new(file) }
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::RowError, /id 25/)
    Order.where(id: 25).update_all(net: 1)
    run = klass.run_now
    expect(counted(run)).to eq(read: 35, new: 35)
    expect(run.sink_counts.transform_values { |counts| counts[:new] }).to eq("exports" => 35, file => 35)
    expect([far_rows(:id).flatten, File.readlines(file).map { |line| JSON.parse(line)["id"] }]).to eq([[*1..35], [*1..35]])
  end

  it "keeps rows that were put aside with the runs, and takes them when they were mended" do
    orders(35)
    Order.where(id: [7, 33]).update_all(net: -1)
    run = far_flow { on_error :quarantine, budget: 5 }.run_now
    expect(counted(run)).to eq(read: 35, new: 33, rejected: 2)
    expect(run.rejects.map(&:position)).to eq(%w[int:7 int:33])
    expect(JSON.parse(mark["state"])).not_to have_key("rejects")
    run.rejects.each { |reject| reject.update!(row: reject.row.merge("net" => 1)) }
    expect([run.replay_rejects, far_rows(:id).size]).to eq([{replayed: 2, open: 0}, 35])
  end

  it "costs one more small commit a batch, and no other statement" do
    orders(60)
    klass = carried
    sent = statements { klass.run_now }
    commits = sent.count { |sql| sql.match?(/UPDATE active_data_flow_data_flow_runs.* SET commits/m) }
    expect(commits).to be_between(6, 7)
    # Made and taken once; of each batch the fence, and of the first one what its rows came to.
    written = sent.grep(/\A(UPDATE|INSERT INTO) active_data_flow_marks/).map { |sql| sql[/SET commits = commits \+ 1|SET commits = CASE|INSERT|SET/] }
    expect(written.tally).to eq("SET commits = commits + 1" => commits, "SET commits = CASE" => 2, "INSERT" => 1, "SET" => 1)
  end

  it "is right where the run's row, or the sink, was restored to what it had been" do
    orders(35)
    stop = [15, 25]
    klass = far_flow(:insert) { transform { |row| raise(IOError, "stop") if row[:id] == stop.first } }
    expect { klass.run_now }.to raise_error(IOError)
    stop.shift
    expect { klass.run_now }.to raise_error(IOError)
    tamper("UPDATE active_data_flow_data_flow_runs SET commits = 1, #{cursor} = 'int:10', rows_read = 10, rows_new = 10, fence = 1")
    stop.shift
    expect(counted(klass.run_now)).to eq(read: 35, new: 35)
    expect(far_rows(:id).flatten).to eq([*1..35])
  end

  it "keeps what became of rows in several sinks, and how far a file has come, with the mark" do
    orders(35)
    Order.where(id: [7, 33]).update_all(net: -1)
    file = File.join(FlowDatabase.folder, "far-#{rand(1 << 32)}.jsonl")
    stop = [25]
    klass = far_flow(:insert) do
      on_error :quarantine, budget: 5
      transform { |row| raise(Interrupt) if stop.delete(row[:id]) }
    end
    klass.class_eval { sink { ActiveDataFlow::JSONLSink.new(file) } }
    expect { klass.run_now }.to raise_error(Interrupt)
    # As if the process had been killed before the run's row followed the mark.
    tamper("UPDATE active_data_flow_data_flow_runs SET commits = 1, #{cursor} = 'int:10', rows_read = 10, rows_new = 9, rows_rejected = 1, sink_counts = NULL, sink_checkpoints = NULL")
    run = klass.run_now
    expect(counted(run)).to eq(read: 35, new: 33, rejected: 2)
    expect(run.sink_counts.transform_values { |counts| counts[:new] }).to eq("exports" => 33, file => 33)
    expect([far_rows(:id).flatten, File.readlines(file).map { |line| JSON.parse(line)["id"] }]).to eq([[*1..35] - [7, 33]] * 2)
    expect(run.rejects.map(&:position)).to eq(%w[int:7 int:33])
  end

  it "lets a run begin whose number a mark has from before the runs' database was made anew" do
    orders(15)
    carried.run_now
    tamper("DELETE FROM active_data_flow_data_flow_runs")
    FarAwayRecord.connection.execute("UPDATE active_data_flow_marks SET run_id = '999999999', fence = 7")
    FarAwayRecord.connection.execute("DELETE FROM exports")
    expect(counted(OrderExportFlow.run_now)).to eq(read: 15, new: 15)
    expect(far_rows(:id).size).to eq(15)
  end

  it "has its table made in a database that there is" do
    [[5, "5"], ["NoSuchRecord", "NoSuchRecord"], [Object, "Object"]].each do |given, name|
      expect { ActiveDataFlow.prepare_marks!(given) }.to raise_error(ArgumentError, "there is no class #{name} whose database could be used")
    end
    expect(ActiveDataFlow.prepare_marks!("FarAwayRecord")).to be(true)
  end

  it "takes no row inside a transaction that is open there alone: what that takes back the run would say to be there" do
    orders(3)
    klass = far_flow { on_error :quarantine, budget: 1 }
    Order.where(id: 2).update_all(net: -1)
    expect { FarAwayRecord.transaction { klass.run_now } }.to raise_error(ActiveDataFlow::Error, /\AOrderExportFlow writes exports in .+, where a transaction is open, and its runs are kept in /)
    expect(counted(klass.run_now)).to eq(read: 3, new: 2, rejected: 1)
    reject = klass.rejects.first
    reject.update!(row: reject.row.merge("net" => 1))
    expect { FarAwayRecord.transaction { reject.replay } }.to raise_error(ActiveDataFlow::Error, /where a transaction is open/)
    expect([reject.replay, far_rows(:id).flatten]).to eq([true, [1, 2, 3]])
  end

  it "takes rows where a transaction is open in both databases, and loses none with them" do
    orders(3)
    klass = far_flow { read :new unless FlowDatabase::KIND == :mysql } # there it is refused in a transaction
    ActiveRecord::Base.transaction do
      FarAwayRecord.transaction do
        expect(counted(klass.run_now)).to eq(read: 3, new: 3)
        raise ActiveRecord::Rollback
      end
      raise ActiveRecord::Rollback
    end
    expect([counted(klass.run_now), far_rows(:id).flatten]).to eq([{read: 3, new: 3}, [1, 2, 3]])
  end

  it "is refused before the first row where the table is missing, with the line to paste" do
    orders(1)
    FarAwayRecord.connection.drop_table(:active_data_flow_marks)
    klass = carried
    ActiveDataFlow::ActiveRecord::Stores.instance_variable_get(:@marks).clear
    there = FarAwayRecord.connection_db_config.database
    expect { klass.plan }.to raise_error(ActiveDataFlow::ConfigurationError, "OrderExportFlow writes exports in #{there}, and its runs are kept in " \
      "#{ActiveRecord::Base.connection_db_config.database}. So that no crash between the two loses or doubles a row, the first has to have the table " \
      "active_data_flow_marks. Write: ActiveDataFlow.prepare_marks!(FarAwayRecord)")
    expect { klass.run_now }.to raise_error(ActiveDataFlow::ConfigurationError)
    expect(runs).to eq([])
  end
end
