# frozen_string_literal: true

# Rows that are read to be deleted from the sink.
RSpec.describe "[delete]" do
  include_context "flows in a database"

  ways = {
    "by the quickest path" => [{}, proc {}], "through steps in Rust" => [{}, proc { derive(:name) { |row| row[:name].strip } }],
    "through a block" => [{}, proc { transform { |row| row[:name] += "" } }], "through the model" => [{callbacks: true}, proc {}]
  }

  def fill
    orders(20)
    Export.insert_all!((11..40).map { |id| {id:, number: "A#{id}"} }, record_timestamps: false)
  end

  def delete(size: 7, **options, &body)
    flow("DeleteFlow") do
      source :orders
      batch_size size
      sink :exports, mode: :delete, **options
      class_eval(&body) if body
    end
  end

  def ids(table = :exports) = rows(table, :id).flatten.map(&:to_i)

  def sql(*texts)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      texts.each { |text| connection.execute(text) }
      connection.schema_cache.clear!
    end
  end

  ways.each do |way, (options, body)|
    it "deletes the rows whose keys it reads, each counted once, #{way}" do
      fill
      klass = delete(**options, &body)
      expect(counted(klass.run_now)).to eq(read: 20, unchanged: 10, deleted: 10)
      expect(ids).to eq((21..40).to_a)
      expect(counted(klass.run_now)).to eq(read: 20, unchanged: 20)
    end

    it "finds them by another key, and leaves out what steps leave out, #{way}" do
      fill
      klass = delete(key: :number, **options) do
        class_eval(&body)
        filter { |row| row[:id] > 12 }
      end
      expect(counted(klass.run_now)).to eq(read: 20, filtered: 12, deleted: 8)
      expect(ids).to eq([11, 12, *21..40])
    end
  end

  it "needs the key alone of what the rows bring" do
    fill
    sql("DROP TABLE IF EXISTS targets", "CREATE TABLE targets (number varchar(20) NOT NULL, shop integer NOT NULL, must integer NOT NULL, PRIMARY KEY (shop, number))")
    sql(*%w[A1 A2 A99].product([1, 2]).map { |number, shop| "INSERT INTO targets VALUES ('#{number}', #{shop}, 7)" })
    2.times do |turn|
      klass = flow("PairFlow") do
        source :orders
        set shop: 2 - turn
        transform { |_row| } if turn == 1
        sink :targets, mode: :delete
      end
      expect(counted(klass.run_now)).to eq(read: 20, unchanged: 18, deleted: 2)
    end
    expect(ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows("SELECT number, shop FROM targets ORDER BY shop") }).to eq([["A99", 1], ["A99", 2]])
    expect(raised { flow("KeylessFlow") { [source(:orders), keep(:name), sink(:exports, mode: :delete)] }.plan }.message).to match(/writes exports by \[:id\], but the rows bring no id/)
  end

  it "puts a row aside that something else still needs" do
    fill
    sql("DROP TABLE IF EXISTS export_lines", "CREATE TABLE export_lines (id integer PRIMARY KEY, export_id bigint NOT NULL, FOREIGN KEY (export_id) REFERENCES exports (id))", "INSERT INTO export_lines VALUES (1, 15)")
    sql("PRAGMA foreign_keys = ON") if FlowDatabase::KIND == :sqlite
    run = delete { on_error :quarantine, budget: 1 }.run_now
    expect(counted(run)).to eq(read: 20, unchanged: 10, deleted: 9, rejected: 1)
    expect(run.rejects.map { |reject| [reject.row["id"], reject.reason] }).to match([[15, /foreign key/i]])
    expect(ids).to eq([15, *21..40])
    expect(run.rejects.first.replay).to be(false)
    sql("DELETE FROM export_lines")
    expect([run.rejects.first.replay, ids]).to eq([true, (21..40).to_a])
  ensure
    sql("DROP TABLE export_lines")
  end

  it "calls the model's callbacks, of which one may refuse" do
    Person.insert_all!((1..4).map { |id| {id:, first_name: "P#{id}"} })
    gone = []
    stub_const("Person", Class.new(ActiveRecord::Base) do
      self.table_name = "people"
      before_destroy { errors.add(:base, "is needed") && throw(:abort) if id == 2 }
      after_destroy { gone << id }
    end)
    orders(3)
    run = flow("ModelFlow") do
      source :orders
      on_error :quarantine, budget: 1
      sink Person, mode: :delete, callbacks: true
    end.run_now
    expect([counted(run), gone, run.rejects.map(&:reason)]).to eq([{read: 3, deleted: 2, rejected: 1}, [1, 3], ["is needed"]])
    expect(ids(:people)).to eq([2, 4])
  end

  describe "in the table that is read" do
    def erase(size: 4, &body)
      flow("EraseFlow") do
        source { Order.where(state: "old") }
        batch_size size
        class_eval(&body) if body
        sink :orders, mode: :delete
      end
    end

    before do
      orders(20)
      Order.where("id > 5").update_all(state: "old")
    end

    it "deletes what its scope has" do
      expect(erase.plan.to_s).to include("deletes the rows whose key it reads, without a bound")
      expect(counted(erase { filter { |row| row[:id] > 6 } }.run_now)).to eq(read: 15, filtered: 1, deleted: 14)
      expect(ids(:orders)).to eq((1..6).to_a)
    end

    it "leaves a row alone that somebody has taken out of the scope meanwhile" do
      klass = erase { transform { |row| FlowDatabase.elsewhere("UPDATE orders SET state = 'kept' WHERE id = 7") if row[:id] == 8 } }
      expect(counted(klass.run_now)).to eq(read: 15, deleted: 14, skipped: 1)
      expect(ids(:orders)).to eq([*1..5, 7])
    end
  end

  it "has a bound where somebody has said one" do
    fill
    expect(raised { delete(max_deletes: 5).run_now }).to be_a(ActiveDataFlow::TooManyDeletes).and have_attributes(
      message: "Stopped before deleting 6 rows, after 4 (max_deletes: 5). Does the source's scope still hold?"
    )
    expect(raised { delete(max_deletes: 0.2).run_now(restart: true) }.message).to match(/\AStopped before deleting \d rows.* \(max_deletes: 0\.2 of 20 (to )?read\)/)
    expect(delete(max_deletes: 0.5).run_now(restart: true).counts[:unchanged]).to be_positive
  end

  describe "beside another sink" do
    def archived(path) = File.readlines(path).map { |line| JSON.parse(line)["id"] }

    it "takes rows out of the table that they were read from, when they are in a file" do
      orders(20)
      path = File.join(FlowDatabase.folder, "archive.jsonl")
      run = flow("ArchiveFlow") do
        source { Order.where("id > 5") }
        batch_size 4
        sink :orders, mode: :delete
        sink { ActiveDataFlow::JSONLSink.new(path) }
      end.run_now
      expect(counted(run)).to eq(read: 15, deleted: 15)
      expect([archived(path), ids(:orders)]).to eq([[*6..20], [*1..5]])
      expect(run.sink_counts.transform_values { |counts| counts.slice(:new, :deleted) }).to eq("orders" => {new: 0, deleted: 15}, path => {new: 15, deleted: 0})
    ensure
      FileUtils.rm_f(path)
    end

    it "is no place for a mirror, nor for a bound that is not the run's" do
      fill
      several = ->(**options) { flow("SeveralFlow") { [source(:orders), keep(:id), sink(:people), sink(:exports, **options)] }.plan }
      expect(raised { several.call(mode: :mirror) }.message).to eq("SeveralFlow writes to 2 sinks, and mode :mirror of exports is for the one whose rows are the run's, which is people. Write a flow of its own for it.")
      expect(raised { several.call(mode: :delete, max_deletes: 3) }.message).to match(/\ASeveralFlow writes to 2 sinks, and max_deletes: of exports cannot be kept, since the rows of people are the run's\. Leave it out/)
      several.call(mode: :delete)
      expect(SeveralFlow.run_now.sink_counts.transform_values { |counts| counts.slice(:new, :unchanged, :deleted) })
        .to eq("people" => {new: 20, unchanged: 0, deleted: 0}, "exports" => {new: 0, unchanged: 10, deleted: 10})
      expect(ids).to eq((21..40).to_a)
    end
  end

  it "takes the shortest path that can delete, and says so" do
    paths = {sqlite: "statements: several rows each, delete", postgresql: "copy into a temporary table, then one delete", mysql: "statements: several rows each into a temporary table, then delete"}
    expect(delete { transform { |_row| } }.plan.path_name).to eq(paths.fetch(FlowDatabase::KIND))
    expect(delete(callbacks: true).plan.path_name).to eq("model: row by row through Export, with its callbacks")
    expect(delete.plan.path_name).to eq("pushdown: DELETE in windows of the cursor") unless FlowDatabase::KIND == :mysql
  end
end
