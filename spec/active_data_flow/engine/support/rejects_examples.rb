# frozen_string_literal: true

RSpec.describe "[rejects]" do
  include_context "flows in a database"

  def export(*policy, **options, &more)
    flow do
      source :orders
      on_error(*policy, **options) if policy.any?
      sink :exports
      class_eval(&more) if more
    end
  end

  describe "a row that the database does not take" do
    before { orders(100) }

    it "stops the run, with the row, and nothing of its batch is written" do
      Order.where(id: 42).update_all(net: -1)
      error = raised { export.run_now }
      expect(error).to be_a(ActiveDataFlow::RowError).and have_attributes(stage: :write, position: "int:42", message: /OrderExportFlow stopped at id 42 \(write\): .*net_not_negative.*\. on_error :quarantine puts such rows aside\./)
      expect(error.row).to include("id" => 42, "net" => -1)
      expect([rows(:exports, :id), runs]).to eq([[], [["failed", nil]]])
    end

    it "is found among the others, wherever it stands" do
      Order.where(id: [1, 42, 43, 100]).update_all(net: -1)
      run = export(:quarantine, budget: 10).run_now
      expect(counted(run)).to eq(read: 100, new: 96, rejected: 4)
      expect(rows(:exports, :id).flatten).to eq((1..100).to_a - [1, 42, 43, 100])
      expect(run.rejects.map { |reject| [reject.stage, reject.position, reject.row["number"], reject.status] }).to eq(
        [1, 42, 43, 100].map { |id| ["write", "int:#{id}", "A#{id}", "open"] }
      )
      expect(run.rejects.map(&:reason)).to all(match(/net_not_negative/))
    end

    it "may break a unique index that is not the key" do
      Export.insert!({id: 500, number: "A7"}, record_timestamps: false)
      run = export(:quarantine, budget: 1).run_now
      expect(run.rejects.map { |reject| [reject.position, reject.reason] }).to match([["int:7", /number/]])
      expect(counted(run)).to eq(read: 100, new: 99, rejected: 1)
    end

    it "may lack what has to be there" do
      nothing = ->(row) { row[:number] = nil if row[:id] == 9 }
      run = export(:quarantine, budget: 1) { transform { |row| nothing.call(row) } }.run_now
      expect(run.rejects.map { |reject| [reject.position, reject.column_name, reject.row["number"]] }).to eq([["int:9", "number", "A9"]])
    end

    it "is put aside where it stands among the others, although a step finds its own first" do
      Order.where(id: [7, 42]).update_all(net: -1)
      nobody = ->(row) { raise ArgumentError, "nobody" if [20, 60].include?(row[:id]) }
      run = export(:quarantine, budget: 4) { transform { |row| nobody.call(row) } }.run_now
      expect(run.rejects.map { |reject| [reject.row["id"], reject.stage] }).to eq([[7, "write"], [20, "transform"], [42, "write"], [60, "transform"]])
    end

    it "is only counted by on_error :skip" do
      Order.where(id: 42).update_all(net: -1)
      run = export(:skip, budget: 1).run_now
      expect([counted(run), run.rejects]).to eq([{read: 100, new: 99, rejected: 1}, []])
    end

    it "keeps an update by another key from the row as well" do
      Export.insert_all!([{id: 901, number: "A1"}, {id: 902, number: "A2"}], record_timestamps: false)
      Order.where(id: 2).update_all(net: -5)
      run = flow("ByNumberFlow") do
        source(cursor: :number) { Order.select(:number, :name, :net) }
        on_error :quarantine, budget: 1
        sink :exports, key: :number
      end.run_now
      expect(counted(run)).to eq(read: 100, new: 98, updated: 1, rejected: 1)
      expect(Export.find(901).name).to eq("order 1")
      expect(Export.find(902).name).to be_nil
    end
  end

  describe "a row of the program's that cannot be read" do
    def import(rows, *policy, **options)
      flow("ImportFlow") do
        source rows
        on_error(*policy, **options) if policy.any?
        sink :exports
      end
    end

    let(:given) { [{id: 1, number: "A1", net: 1}, {id: 2, number: "A2", net: 3/2r}, nil, {id: 4, number: 90.minutes}, {id: 5, number: "A5", net: 5}] }

    it "stops the run with its position, its column, and what to write" do
      error = raised { import(given).run_now }
      expect(error).to be_a(ActiveDataFlow::RowError).and have_attributes(stage: :read, column_name: "net", row: {"id" => 2, "number" => "A2", "net" => "(3/2)"},
        message: /\AImportFlow stopped at row 2 \(read\): net: a value of a row is nil, .*, not Rational\. Write row\[:net\]\.to_d\(18\) in the source\. on_error/)
      expect(raised { import([nil]).run_now }.message).to match(/\AImportFlow stopped at row 1 \(read\): a row is a Hash or a message, not nil\. on_error/)
      expect(rows(:exports, :id)).to eq([])
    end

    it "is put aside, and the others go on" do
      run = import(given, :quarantine, budget: 3).run_now
      expect(counted(run)).to eq(read: 5, new: 2, rejected: 3)
      expect(rows(:exports, :id).flatten).to eq([1, 5])
      expect(run.rejects.map { |reject| [reject.stage, reject.position, reject.column_name] }).to eq([["read", "int:2", "net"], ["read", "int:3", nil], ["read", "int:4", "number"]])
      expect(run.rejects.last.reason).to end_with("not ActiveSupport::Duration. Write row[:number].iso8601 in the source")
      expect(counted(import(given, :skip, budget: 3).run_now)).to eq(read: 5, unchanged: 2, rejected: 3)
    end

    it "is shown by preview with the reason" do
      expect(import(given).preview.map(&:reason)).to match([nil, /\Anet: .* not Rational/, /not nil/, /\Anumber: /, nil])
    end
  end

  describe "a constraint that is looked at with COMMIT" do
    before do
      ActiveRecord::Base.connection_pool.with_connection do |connection|
        connection.execute("CREATE TABLE IF NOT EXISTS parents (id bigint PRIMARY KEY)")
        deferred = " DEFERRABLE INITIALLY DEFERRED" unless FlowDatabase::KIND == :mysql # which looks at once
        connection.execute("CREATE TABLE IF NOT EXISTS children (id bigint PRIMARY KEY, parent_id bigint, FOREIGN KEY (parent_id) REFERENCES parents (id)#{deferred})")
        connection.execute("DELETE FROM children")
        connection.execute("DELETE FROM parents")
        connection.execute("INSERT INTO parents VALUES (1)")
      end
    end

    it "is asked before that, and its row put aside" do
      run = flow("ChildFlow") do
        source [{id: 1, parent_id: 1}, {id: 2, parent_id: 77}, {id: 3, parent_id: 1}]
        on_error :quarantine, budget: 1
        sink :children
      end.run_now
      expect(counted(run)).to eq(read: 3, new: 2, rejected: 1)
      expect(run.rejects.map { |reject| reject.row["id"] }).to eq([2])
    end
  end

  describe "a value that its column does not take" do
    it "is refused, not made into another" do
      run = flow("CastFlow") do
        source [{id: "1", number: 7, net: "12"}, {id: 2, number: "B", net: "12abc"}, {id: 3, number: "C", net: 1.5}]
        on_error :quarantine, budget: 3
        sink :exports
      end.run_now
      expect(rows(:exports, :id, :number, :net)).to eq([[1, "7", 12]])
      expect(run.rejects.map { |reject| [reject.stage, reject.column_name, reject.row["id"]] }).to eq([["write", "net", 2], ["write", "net", 3]])
      expect(run.rejects.first.reason).to include('net is "12abc", which is no integer')
    end
  end

  describe "a row whose block raises" do
    before { orders(1000) }

    it "ends the run with the author's own error" do
      boom = Class.new(StandardError)
      expect { export { transform { |row| raise boom, "no" if row[:id] == 3 } }.run_now }.to raise_error(boom, "no")
      expect(runs).to eq([["failed", nil]])
    end

    it "is put aside as it was read, before any step" do
      klass = export(:quarantine, budget: 1) do
        transform do |row|
          row[:name] = "changed"
          raise ArgumentError, "no" if row[:id] == 3
        end
      end
      reject = klass.run_now.rejects.first
      expect(reject).to have_attributes(stage: "transform", reason: "ArgumentError: no", error_class: "ArgumentError", position: "int:3")
      expect(reject.row).to include("id" => 3, "name" => "order 3")
    end

    it "stops at the 100th row where all are, with a sentence that says enough" do
      klass = export(:quarantine) { transform { |row| row[:name] = row[:name].upcsae } }
      expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded, "Stopped: 100 of 100 rows put aside, budget 0.01. " \
        "NoMethodError: undefined method 'upcsae' (100x). run.rejects has them; the next run goes on after row 0.")
      expect(runs).to eq([["failed", nil]])
    end

    it "leaves what was put aside in the run, and a run that goes on notes it once" do
      good = false
      klass = export(:quarantine) { transform { |row| row[:name].upcsae unless good } }
      raised { klass.run_now }
      run = ActiveDataFlow::Run.new(*ActiveRecord::Base.connection_pool.with_connection { ActiveDataFlow::ActiveRecord::Stores.for(nil).then { |store| [store, store.runs.first] } })
      expect(run.rejects.size).to eq(100)
      good = true
      expect(klass.run_now).to eq(run)
      expect(run.reload.rejects).to eq([])
      expect(counted(run)).to eq(read: 1000, new: 1000)
    end
  end

  describe "a transform_batch that raises" do
    before { orders(1000) }

    # It has changed a column before it raises, and each call of it is noted.
    def by_batches(*policy, bad:, **options)
      calls = @calls = []
      export(*policy, **options) do
        batch_size 250
        transform_batch do |batch|
          calls << batch.size
          batch[:net] = batch[:net].map { |net| net + 1 }
          batch[:state] = batch[:net].map { |net| "n#{net}" }
          raise ArgumentError, "no" if bad.call(batch[:id])
        end
      end
    end

    it "has its bad rows found by halves, and the others changed once" do
      run = by_batches(:quarantine, budget: 2, bad: ->(ids) { ids.intersect?([13, 742]) }).run_now
      expect(counted(run)).to eq(read: 1000, new: 998, rejected: 2)
      expect(run.rejects.map { |reject| [reject.position, reject.stage, reject.reason, reject.row["net"], reject.row["state"]] }).to eq(
        [13, 742].map { |id| ["int:#{id}", "transform", "ArgumentError: no", id, "new"] }
      )
      expect(rows(:exports, :id, :net, :state)).to eq(([*1..1000] - [13, 742]).map { |id| [id, id + 1, "n#{id + 1}"] })
      expect(@calls.size).to be <= 2 + 2 * (1 + 2 * 8)
    end

    it "has them counted by on_error :skip" do
      run = by_batches(:skip, budget: 1, bad: ->(ids) { ids.include?(1) }).run_now
      expect([counted(run), run.rejects]).to eq([{read: 1000, new: 999, rejected: 1}, []])
    end

    it "ends the run by its own error under on_error :halt, at its first call" do
      expect { by_batches(:halt, bad: ->(ids) { ids.include?(300) }).run_now }.to raise_error(ArgumentError, "no")
      expect(@calls).to eq([250, 250])
      expect(runs).to eq([["failed", "int:250"]])
    end

    it "is not tried to the last row where the budget is spent before" do
      klass = by_batches(:quarantine, budget: 0.02, bad: ->(_ids) { true })
      expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded, /\AStopped: 100 of 100 rows put aside, budget 0\.02\. ArgumentError: no \(100x\)\./)
      expect(@calls.size).to be < 250
    end
  end

  it "are found by the class as well, those of all its runs" do
    orders(3)
    Order.where(id: 2).update_all(net: -1)
    klass = export(:quarantine, budget: 1)
    2.times { klass.run_now }
    expect(klass.rejects.map(&:position)).to eq(["int:2", "int:2"])
    expect(flow("OtherFlow", klass).rejects).to eq([])
  end

  describe "the budget" do
    before { orders(300) }

    def bad(*ids) = Order.where(id: ids.flatten).update_all(net: -1)

    it "is a share of the rows read, asked from the 100th row on" do
      bad(*1..3)
      expect(counted(export(:quarantine, budget: 0.01).run_now)).to include(rejected: 3)
    end

    it "is asked after each batch" do
      bad(*1..2)
      klass = export(:quarantine, budget: 0.01) { batch_size 100 }
      expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded, /\AStopped: 2 of 100 rows put aside, budget 0.01\. /)
    end

    it "is asked at the end, however few there were" do
      Order.where("id > 10").delete_all
      bad(5)
      expect { export(:skip, budget: 0.05).run_now }.to raise_error(ActiveDataFlow::BudgetExceeded,
        /\AStopped: 1 of 10 rows put aside, budget 0.05\. .* on_error :skip keeps none of them; the next run goes on after row 0\.\z/)
      expect(counted(export(:skip, budget: 0.1).run_now)).to eq(read: 10, new: 9, rejected: 1)
    end

    it "is a number of rows" do
      bad(1, 150)
      klass = export(:quarantine, budget: 1) { batch_size 100 }
      expect { klass.run_now }.to raise_error(ActiveDataFlow::BudgetExceeded, /\AStopped: 2 of 150 rows put aside, budget 1\. .*goes on after row 100\.\z/)
      expect(runs).to eq([["failed", "int:100"]])
      expect(Export.count).to eq(99)
    end
  end
end
