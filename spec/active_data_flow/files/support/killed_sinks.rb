# frozen_string_literal: true

# A table and a file, and a table elsewhere, that one flow writes to: required by killed_writers.rb.
class OrderBothFlow < ActiveDataFlow::Base
  has_attribute :path
  source { WrittenOrder.select(:id, :net, :name) }
  transform(as: :hash) { |row| looked_at(row) }
  sink { ActiveDataFlow::JSONLSink.new(path) }
  sink :order_exports, mode: :insert # what is written twice is there twice
  batch_size 7
  on_error :quarantine, budget: 5

  def looked_at(row) = {order_id: row[:id], total: row[:net], name: row[:name]}
end

# The same, and in between a table of another database.
class OrderAllFlow < OrderBothFlow
  sink { ActiveDataFlow::JSONLSink.new(path) }
  sink :order_reports, key: :order_id, connection: "ReportsRecord"
  sink :order_exports, mode: :insert
end

# All of it in another database than the runs, and in a file.
class OrderFarFlow < OrderBothFlow
  sink :order_reports, mode: :insert, connection: "ReportsRecord"
  sink { ActiveDataFlow::JSONLSink.new(path) }
end

class ReportsRecord < ActiveRecord::Base
  self.abstract_class = true
end

RSpec.describe "A table and a file that one flow writes" do
  sinks, part, store = ActiveDataFlow::Engine::Sinks, ActiveDataFlow::Files::Part, ActiveDataFlow::RunStore::SQL
  let(:rows) { 100 }
  let(:config) { CrashDatabase.fresh(rows:) }
  let(:folder) { Dir.mktmpdir }
  let(:path) { File.join(folder, "orders.jsonl") }
  # The table refuses this one.
  let(:expected) { ((1..rows).to_a - [64]).map { |id| [id, id, "order #{id}"] } }

  after do
    CrashDatabase.remove(config)
    FileUtils.rm_rf(folder)
  end

  # @return [CrashProcess]
  def process(flow, strike = nil, **options)
    target, reports = path, File.join(folder, "reports.sqlite3")
    CrashProcess.new(config, **options) do
      ReportsRecord.establish_connection(adapter: "sqlite3", database: reports)
      Strikes.arm(*strike) if strike
      flow.run_now(path: target).then { |run| [run.status, run.counts, run.sink_counts] }
    end
  end

  def table(sql, model = "ActiveRecord::Base", database = nil)
    CrashProcess.new(config) do
      model.constantize.establish_connection(adapter: "sqlite3", database:) if database
      model.constantize.connection_pool.with_connection { |connection| connection.select_rows(sql) }
    end.value.answer
  end

  def lines = File.readlines(path).map { |line| JSON.parse(line).values }

  def exports = table("SELECT order_id, total, name FROM order_exports ORDER BY order_id")

  # Both are complete and equal, and the counts are theirs.
  def ends_well(ended)
    status, counts, sink_counts = ended.answer
    expect(status).to eq("success"), ended.inspect
    expect([exports, lines]).to eq([expected, expected])
    expect(table("SELECT order_id FROM audits ORDER BY order_id").flatten).to eq(expected.map(&:first))
    expect(counts).to include(read: rows, new: rows - 1, rejected: 1)
    expect(sink_counts.transform_values { |kinds| kinds[:new] }).to include("order_exports" => rows - 1)
    expect(sink_counts.values.map { |kinds| kinds[:new] + kinds[:unchanged] }.uniq).to eq([rows - 1])
  end

  {
    "between the table's rows and the file's" => [sinks::Writer, :append, :before, 5], "behind the file's rows" => [part, :append, :after, 5],
    "between the checkpoint and COMMIT" => [store, :keep_of_sinks, :after, 5], "behind a COMMIT" => [store, :commit, :after, 5],
    "before the file has its name" => [part, :complete, :before, 1], "between the file's name and the last COMMIT" => [part, :complete, :after, 1]
  }.each do |name, point|
    it "[several] killed #{name} are both complete and equal afterwards" do
      expect(process(OrderBothFlow, [*point, :KILL]).value.signal).to eq("KILL")
      ends_well(process(OrderBothFlow, later: 2).value)
    end
  end

  it "[several] killed behind the COMMIT of another database, before that of its run, are all complete and equal afterwards" do
    reports = File.join(folder, "reports.sqlite3")
    table("CREATE TABLE order_reports (order_id INTEGER PRIMARY KEY, total INTEGER, name TEXT)", "ReportsRecord", reports)
    look = -> { table("SELECT order_id, total, name FROM order_reports ORDER BY order_id", "ReportsRecord", reports) }
    expect(process(OrderAllFlow, [sinks, :writing, :after, 5, :KILL]).value.signal).to eq("KILL")
    expect([look.call.size, exports.size]).to eq([35, 28])
    ends_well(process(OrderAllFlow, later: 2).value)
    expect(look.call).to eq(expected)
  end

  describe "both elsewhere than the runs" do
    marks = ActiveDataFlow::RunStore::SQL::Marks
    let(:reports) { File.join(folder, "reports.sqlite3") }

    # Nothing there is unique.
    before do
      database = reports
      CrashProcess.new(config) do
        ReportsRecord.establish_connection(adapter: "sqlite3", database:)
        ActiveDataFlow.prepare_marks!(ReportsRecord)
        ReportsRecord.connection.execute("CREATE TABLE order_reports (order_id INTEGER, total INTEGER CHECK (total <> 64), name TEXT)")
      end.value
    end

    {
      "behind the file's rows" => [part, :append, :after, 5], "behind the COMMIT of the mark" => [marks, :commit, :after, 5],
      "behind that of a mark with a row that was put aside" => [marks, :commit, :after, 10], "behind that of the run" => [store, :commit, :after, 5],
      "between the file's name and the last COMMIT" => [part, :complete, :after, 1], "behind the last COMMIT of the mark" => [marks, :commit, :after, 15]
    }.each do |name, point|
      it "[several] killed #{name} are both complete and equal afterwards" do
        expect(process(OrderFarFlow, [*point, :KILL]).value.signal).to eq("KILL")
        status, counts, sink_counts = process(OrderFarFlow, later: 2).value.answer
        expect([status, counts.slice(:read, :new, :rejected)]).to eq(["success", {read: rows, new: rows - 1, rejected: 1}])
        expect(sink_counts.transform_values { |kinds| kinds[:new] }).to eq("order_reports" => rows - 1, path => rows - 1)
        expect([table("SELECT order_id, total, name FROM order_reports ORDER BY order_id", "ReportsRecord", reports), lines]).to eq([expected, expected])
        expect(table("SELECT count(*) FROM active_data_flow_rejects").flatten).to eq([1])
      end
    end
  end

  describe "in a long run" do
    let(:rows) { 700 }

    it "[several] are both complete and equal after 20 kills at random places" do
      random = Random.new(RSpec.configuration.seed)
      places = [[sinks::Writer, :append, :before], [part, :append, :before], [part, :append, :after], [part, :sync, :after], [store, :keep_of_sinks, :before],
        [store, :keep_of_sinks, :after], [store, :commit, :before], [store, :commit, :after], [ActiveDataFlow::Engine::Splitting, :call, :after], [OrderBothFlow, :looked_at, :after]]
      20.times do |turn|
        owner, name, moment = places.sample(random:)
        # Every other one before its first commit; two of these in a row would make its rows suspects.
        nth = turn.even? ? 1 : 2 + random.rand(2)
        nth = nth * 7 - random.rand(7) if name == :looked_at
        ended = process(OrderBothFlow, [owner, name, moment, nth, :KILL], later: 2 * turn).value
        expect(ended.signal).to eq("KILL"), "#{[owner, name, moment, nth]}: #{ended.inspect}"
      end
      ends_well(process(OrderBothFlow, later: 100).value)
    end
  end
end
