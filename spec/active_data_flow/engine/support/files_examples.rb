# frozen_string_literal: true

RSpec.describe "[files]" do
  include_context "flows in a database"

  let(:path) { File.join(FlowDatabase.folder, "orders.csv") }

  def orders_csv(*lines) = File.binwrite(path, ["id;number;net", *lines].map { |line| "#{line}\n" }.join)

  def import(*policy, **options, &more)
    file = path
    flow("OrderImportFlow") do
      source { ActiveDataFlow::CSVSource.new(file, col_sep: ";") }
      sink :exports, key: :id
      on_error(*policy, **options) if policy.any?
      class_eval(&more) if more
    end
  end

  it "are read into a table, as the types of its columns" do
    orders_csv("1;A1;10", '2;"A;2";', "3;A3;-0")
    run = import.run_now
    expect(counted(run)).to eq(read: 3, new: 3)
    expect(rows(:exports, :id, :number, :net)).to eq([[1, "A1", 10], [2, "A;2", nil], [3, "A3", 0]])
    expect(counted(import.run_now)).to eq(read: 3, unchanged: 3)
  end

  it "make no object of a row where no block of Ruby's asks for one" do
    orders_csv(*(1..20_000).map { |id| "#{id};A#{id};#{id}" })
    klass = import do
      cast net: :integer
      filter net: 1..15_000
    end
    klass.plan
    GC.disable
    before = GC.stat(:total_allocated_objects)
    run = klass.run_now
    made = GC.stat(:total_allocated_objects) - before
    expect(counted(run)).to eq(read: 20_000, new: 15_000, filtered: 5_000)
    expect(made).to be < 20_000 unless FlowDatabase::KIND == :mysql # whose rows are written as SQL that Ruby makes
  ensure
    GC.enable
  end

  it "have steps and blocks like any rows" do
    orders_csv("1;a1;10", "2;a2;20")
    import do
      cast net: :integer
      derive(:number) { |row| row[:number].upcase }
      transform { |row| row[:net] += 1 }
    end.run_now
    expect(rows(:exports, :number, :net)).to eq([["A1", 11], ["A2", 21]])
  end

  it "name columns that the table lacks before the first row" do
    File.write(path, "id;number;nett\n1;A1;1\n")
    expect(raised { import.run_now }).to be_a(ActiveDataFlow::ColumnMismatch).and have_attributes(message: /exports has no columns? nett .*keep :id, :number/m)
  end

  describe "a line that is no row" do
    before { orders_csv("1;A1;10", "2;A2", "3;A\xFC;30".b, "4;A4;abc", "5;A5;-1", "6;A6;60", '7;"A7" x;7') }

    it "is put aside with its line, its text, and where an editor finds it" do
      run = import(:quarantine, budget: 10).run_now
      expect(rows(:exports, :id).flatten).to eq([1, 6])
      expect(run.rejects.map { |reject| [reject.stage, reject.line, reject.row_ref, reject.raw, reject.row&.fetch("id"), reject.column_name] }).to match_array([
        ["read", 3, "orders.csv:3", "2;A2", nil, nil],
        ["read", 4, "orders.csv:4", "3;A\\xFC;30", nil, "number"],
        ["write", 5, "orders.csv:5", "4;A4;abc", "4", "net"],
        ["write", 6, "orders.csv:6", "5;A5;-1", "5", nil],
        ["read", 8, "orders.csv:8", '7;"A7" x;7', nil, nil]
      ])
      expect(run.rejects.find { |reject| reject.line == 3 }.reason).to eq("has 2 fields where there are 3 columns")
      expect(counted(run)).to eq(read: 7, new: 2, rejected: 5)
    end

    it "stops a flow that does not say what to do with it, with the same words" do
      error = raised { import.run_now }
      expect(error).to be_a(ActiveDataFlow::RowError).and have_attributes(stage: :read, row: nil,
        message: "OrderImportFlow stopped at orders.csv:3 (read): has 2 fields where there are 3 columns. on_error :quarantine puts such rows aside.")
      expect(rows(:exports, :id)).to eq([])
    end
  end

  describe "a run that stopped" do
    # Stops once at that row.
    def stopping(at)
      stop = [at]
      import do
        batch_size 100
        transform { |row| raise "stop" if stop.first == Integer(row[:id]) && stop.shift }
      end
    end

    before { orders_csv(*(1..1000).map { |id| "#{id};\"A\n#{id}\";#{id}" }) }

    it "goes on at the byte behind the last batch, and looks at no row before it" do
      klass = stopping(942)
      expect(raised { klass.run_now }.message).to eq("stop")
      expect(rows(:exports, :id).flatten).to eq((1..900).to_a)
      byte, line, _size, changed = ActiveDataFlow::Native.decode_position(runs.first.last)
      expect([byte, line]).to eq([File.read(path).index("901;\"A"), 1802])
      File.open(path, "r+") { |file| file.seek(20) && file.write('spoilt";"') }
      File.utime(File.atime(path), Time.at(0, changed, :microsecond), path)
      expect(counted(klass.run_now)).to eq(read: 1000, new: 1000)
    end

    it "reads each row once, and no row twice" do
      klass = stopping(942)
      raised { klass.run_now }
      run = klass.run_now
      expect(counted(run)).to eq(read: 1000, new: 1000)
      expect(rows(:exports, :id).flatten).to eq((1..1000).to_a)
    end

    it "does not go on in another file, and begins anew when it is told to" do
      klass = stopping(442)
      raised { klass.run_now }
      orders_csv(*(1..50).map { |id| "#{id};B#{id};#{id}" })
      error = raised { klass.run_now }
      expect(error).to be_a(ActiveDataFlow::SourceChanged).and have_attributes(message: /\Aorders\.csv was read up to line 802, and .*restart: true/)
      expect(rows(:exports, :id).size).to eq(400)
      expect(counted(klass.run_now(restart: true))).to eq(read: 50, updated: 50)
    end
  end

  it "that grow are read on by read :new" do
    orders_csv("1;A1;1", "2;A2;2")
    klass = import { read :new }
    klass.run_now
    File.write(path, "3;A3;3\n", mode: "a")
    expect(counted(klass.run_now)).to eq(read: 1, new: 1)
    expect(rows(:exports, :id).flatten).to eq([1, 2, 3])
  end

  it "are as far as their bytes" do
    orders_csv(*(1..1000).map { |id| "#{id};A#{id};#{id}" })
    seen = []
    klass = import { batch_size 100 }
    stub_const("ActiveDataFlow::Engine::Progress::PATIENCE", 0)
    klass.run_now { |run| seen << run.progress }
    expect(seen.compact).to eq(seen.compact.sort)
    expect(seen[4]).to be_between(0.3, 0.7)
  end
end

RSpec.describe "[files] with JSON on each line" do
  include_context "flows in a database"

  let(:path) { File.join(FlowDatabase.folder, "orders.jsonl") }

  def import(&more)
    file = path
    flow("OrderEventsFlow") do
      source { ActiveDataFlow::JSONLSource.new(file) }
      sink :exports, key: :id
      on_error :quarantine, budget: 10
      class_eval(&more) if more
    end
  end

  def events(*lines) = File.binwrite(path, lines.map { |line| "#{line.is_a?(Hash) ? JSON.generate(line) : line}\n" }.join)

  it "leave in the table what a row does not bring" do
    events({id: 1, number: "A1", net: 1, name: "one"}, {number: "A2", id: 2}, {id: 3, number: "A3", net: 3, name: "three"})
    import.run_now
    events({id: 1, number: "B1"}, {id: 2, number: "A2", net: 20}, {id: 3, number: "A3", name: nil})
    run = import.run_now
    expect(counted(run)).to eq(read: 3, updated: 3)
    expect(rows(:exports, :number, :net, :name)).to eq([["B1", 1, "one"], ["A2", 20, nil], ["A3", 3, nil]])
  end

  it "are put aside with their text, and the others go on, wherever the batches end" do
    lines = (1..500).map do |id|
      net = {net: id} if id % 3 == 0
      (id % 50 == 7) ? "{\"id\":#{id}," : {id:, number: "A#{id}", **net.to_h}
    end
    events(*lines)
    stop = ["300"]
    klass = import do
      batch_size 64
      transform { |row| raise Interrupt if stop.delete(row[:id].to_s) }
    end
    expect { klass.run_now }.to raise_error(Interrupt)
    run = klass.run_now
    expect(counted(run)).to eq(read: 500, new: 490, rejected: 10)
    expect(run.rejects.map { |reject| [reject.line, reject.raw, reject.row] }).to eq((0..9).map { |n| [n * 50 + 7, "{\"id\":#{n * 50 + 7},", nil] })
    expect(rows(:exports, :id, :net)).to eq((1..500).reject { |id| id % 50 == 7 }.map { |id| [id, (id % 3 == 0) ? id : nil] })
  end
end

RSpec.describe "[files] that are written" do
  include_context "flows in a database"

  let(:path) { File.join(FlowDatabase.folder, "exports-#{rand(1 << 32)}.jsonl") }

  def export(sink = nil, &more)
    file = path
    flow do
      source { Order.select(:id, :number, :net) }
      sink { sink || ActiveDataFlow::JSONLSink.new(file) }
      class_eval(&more) if more
    end
  end

  def lines = File.readlines(path).map { |line| JSON.parse(line).values }

  it "have a line for each row, and their name at the end" do
    orders(25)
    seen = []
    run = export { batch_size 10 }.run_now { seen << File.exist?(path) }
    expect(counted(run)).to eq(read: 25, new: 25)
    expect(lines).to eq((1..25).map { |id| [id, "A#{id}", id] })
    expect(seen).to eq([false, false, true])
    expect(File.exist?("#{path}.part")).to be(false)
  end

  it "have the lines in order where rows are read while others are written" do
    orders(5000)
    file = path
    flow do
      source :orders
      keep :id
      sink { ActiveDataFlow::JSONLSink.new(file) }
      batch_size 500
    end.run_now
    expect(lines.flatten).to eq((1..5000).to_a)
  end

  it "are written anew by each run" do
    orders(3)
    export.run_now
    Order.where(id: 1).delete_all
    export.run_now
    expect(lines.map(&:first)).to eq([2, 3])
  end

  it "are there, with the names of their columns, where no row comes" do
    file = path
    export(ActiveDataFlow::CSVSink.new(file)).run_now
    expect(File.read(path)).to eq("id,number,net\n")
  end

  it "go on behind the last commit, and leave out what the failed batch had written" do
    orders(30)
    stop = [25]
    klass = export do
      batch_size 10
      transform { |row| raise "stop" if stop.delete(row[:id]) }
    end
    expect(raised { klass.run_now }.message).to eq("stop")
    File.write("#{path}.part", "torn", mode: "a")
    expect(counted(klass.run_now)).to eq(read: 30, new: 30)
    expect(lines.map(&:first)).to eq((1..30).to_a)
  end

  it "begin anew when a run is started anew" do
    orders(20)
    stop = [15]
    klass = export do
      batch_size 10
      transform { |row| raise "stop" if stop.delete(row[:id]) }
    end
    raised { klass.run_now }
    expect(counted(klass.run_now(restart: true))).to eq(read: 20, new: 20)
    expect(lines.map(&:first)).to eq((1..20).to_a)
  end

  it "are written by one run: partitions are refused, and so is a second flow" do
    orders(5)
    expect(raised { export { partitions 2 }.run_now }).to be_a(ActiveDataFlow::ConfigurationError).and have_attributes(message: /can be written by one run only/)
    other = ActiveDataFlow::JSONLSink.new(path).tap { |sink| sink.write(id: 1) }
    expect(raised { export.run_now }).to be_a(ActiveDataFlow::Error).and have_attributes(message: /is being written by another process or flow/)
    other.close
    expect(export.run_now.status).to eq("success")
  end

  it "are gone on with where the connection to the runs' database is lost in a commit", if: FlowDatabase::KIND == :postgresql do
    file = path
    stub_const("LosingSink", Class.new(ActiveDataFlow::JSONLSink) {
      def checkpoint = super.tap { FlowDatabase.elsewhere("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()") if (LOSSES << 1).one? }
    })
    stub_const("LOSSES", [])
    run = flow do
      source((1..4).map { |id| {id:} })
      batch_size 2
      sink { LosingSink.new(file) }
    end.run_now
    expect(counted(run)).to eq(read: 4, new: 4)
    expect(lines).to eq([[1], [2], [3], [4]])
  ensure
    ActiveRecord::Base.connection_handler.clear_all_connections! # the others of the pool have been ended as well
  end

  it "leave out the rows that no line can have" do
    file = path
    run = flow do
      source [{a: 1.5}, {a: Float::NAN}, {a: 2}]
      sink { ActiveDataFlow::JSONLSink.new(file) }
      on_error :quarantine, budget: 1
    end.run_now
    expect(lines).to eq([[1.5], [2]])
    expect(run.rejects.map { |reject| [reject.stage, reject.column_name, reject.reason] }).to eq([["write", "a", "a is no number that JSON has"]])
  end
end
