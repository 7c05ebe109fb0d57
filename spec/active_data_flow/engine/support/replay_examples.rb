# frozen_string_literal: true

RSpec.describe "[replay] A row that was put aside" do
  include_context "flows in a database"

  # Appends: what is written twice is there twice.
  def export(&more)
    flow do
      source :orders
      on_error :quarantine, budget: 1.0
      rename state: :note
      derive(:net) { |row| row[:net] * 2 }
      sink :exports, mode: :insert
      class_eval(&more) if more
    end
  end

  before do
    orders(3)
    Order.where(id: 2).update_all(net: -1)
  end

  def written = rows(:exports, :id, :net, :note)

  it "goes through all steps when it was mended, in one commit with its status" do
    run = export.run_now
    reject = run.rejects.first
    expect([reject.replay, reject.reason]).to match([false, /net_not_negative/])
    reject.update!(row: reject.row.merge("net" => 21, :state => "late"))
    expect(reject.row).to include("id" => 2, "net" => 21, "state" => "late")
    expect([reject.replay, reject.status, reject.replayed?, reject.replayed_at]).to match([true, "replayed", true, Time])
    expect(written).to eq([[1, 2, "new"], [2, 42, "late"], [3, 6, "new"]])
    expect(run.reload).to have_attributes(status: "success", counts: include(read: 3, new: 2, rejected: 1))
  end

  it "is told why it still cannot be taken, and stays as it is: nothing is written" do
    reject = export.run_now.rejects.first
    reject.update!(row: reject.row.merge("net" => 1, "number" => "A1", "id" => 7))
    expect(reject.replay).to be(false)
    expect(reject).to have_attributes(status: "open", stage: "write", reason: /number/, replayed_at: nil)
    expect(reject.reload.reason).to match(/number/)
    reject.update!(row: reject.row.except("net").merge("nett" => 1))
    expect([reject.replay, reject.reason]).to eq([false, "the row has nett and lacks net; rows of #{export.plan.source} have #{Order.column_names.join(", ")}"])
    expect(written.map(&:first)).to eq([1, 3])
  end

  it "is in the sink once, whoever replays it how often" do
    run = export.run_now
    Order.where(id: 2).update_all(net: 1)
    pictures = Array.new(2) { run.rejects.first }
    pictures.first.update!(row: pictures.first.row.merge("net" => 1))
    expect(pictures.map(&:replay)).to eq([true, true])
    expect(run.replay_rejects).to eq(replayed: 0, open: 0)
    expect(written.map(&:first)).to eq([1, 2, 3])
    expect { pictures.first.update!(row: {}) }.to raise_error(ActiveDataFlow::Error, "reject #{pictures.first.id} of run #{run.id} is replayed and was not mended; only an open one can be")
  end

  it "is replayed with all the others that are open: what no step took before, the next version of the class may take" do
    good = false
    klass = export { transform { |row| raise ArgumentError, "no" unless good || row[:id] == 1 } }
    first, second = klass.run_now, klass.run_now(restart: true)
    expect([first, second].map { |run| run.rejects.map(&:position).sort }).to eq([%w[int:2 int:3], %w[int:1 int:2 int:3]])
    second.rejects.each { |reject| reject.discard! if reject.position != "int:3" }
    expect(first.replay_rejects).to eq(replayed: 0, open: 2)
    good = true
    expect(first.replay_rejects).to eq(replayed: 1, open: 1)
    expect(klass.replay_rejects).to eq(replayed: 0, open: 2)
    expect(klass.rejects.map { |reject| [reject.position, reject.status] }).to match_array([%w[int:2 open], %w[int:3 replayed], %w[int:1 discarded], %w[int:2 discarded], %w[int:3 open]])
    expect(written.map(&:first)).to eq([1, 3])
  end

  it "is nobody's any more when it was discarded" do
    reject = export.run_now.rejects.first.discard!
    expect(reject).to have_attributes(status: "discarded", open?: false, discarded?: true)
    expect { reject.replay }.to raise_error(ActiveDataFlow::Error, /is discarded and was not replayed; only an open one can be/)
    expect { reject.discard! }.to raise_error(ActiveDataFlow::Error, /is discarded and was not discarded/)
  end

  it "waits while the flow is at work, and the flow does not wait for it" do
    seen = []
    klass = export { batch_size 1 }
    run = klass.run_now do |at|
      next if at.counts[:read] != 2

      reject = at.rejects.first
      reject.update!(row: reject.row.merge("net" => 1))
      seen << raised { reject.replay }
    end
    expect(seen).to match([have_attributes(class: ActiveDataFlow::Error, message: "OrderExportFlow is at work. A reject is replayed when no run of the same arguments is; nothing was written.")])
    expect([run.counts.slice(:read, :new), run.replay_rejects]).to eq([{read: 3, new: 2}, {replayed: 1, open: 0}])
    expect(written.map(&:first)).to eq([1, 2, 3])
  end

  it "of a paused run is replayed, and the run goes on after it" do
    klass = export { batch_size 1 }
    Order.insert_all!([{id: 4, number: "A4", net: 4}, {id: 5, number: "A5", net: 5}], record_timestamps: false)
    run = klass.run_now { |at| at.pause! if at.counts[:read] == 2 }
    reject = run.rejects.first
    expect(run).to be_paused
    reject.update!(row: reject.row.merge("net" => 1))
    expect(reject.replay).to be(true)
    run.resume!
    expect(klass.run_now.counts).to include(read: 5, new: 4, rejected: 1)
    expect(written.map(&:first)).to eq([1, 2, 3, 4, 5])
  end

  it "beside a batch that was not committed is left to the run, which reads it again" do
    klass = export { on_error :quarantine, budget: 0 }
    raised { klass.run_now }
    reject = klass.rejects.first
    reject.update!(row: reject.row.merge("net" => 1))
    expect([reject.replay, reject.reason]).to eq([false, "run #{klass.runs.first.id} goes on before this row, and reads it again: its batch was not committed"])
    expect(written).to eq([])
  end

  it "is replayed with the arguments of its run" do
    klass = flow("PriceFlow") do
      has_attribute :factor, :integer
      source :orders
      on_error :quarantine, budget: 1.0
      transform { |row| row[:net] = row[:net] * factor }
      sink :exports
    end
    [10, 100].each { |factor| klass.run_now(factor:) }
    klass.rejects.each { |reject| reject.update!(row: reject.row.merge("net" => 2)) }
    expect(klass.runs.last.replay_rejects).to eq(replayed: 1, open: 0)
    expect(rows(:exports, :net).flatten).to include(20)
    expect(klass.replay_rejects).to eq(replayed: 1, open: 0)
    expect(rows(:exports, :net).flatten).to include(200)
  end

  it "that somebody has taken the key from is no row of this flow" do
    good = false
    klass = flow do
      source [{id: 1, number: "A1"}]
      on_error :quarantine, budget: 1.0
      transform { |row| raise ArgumentError, "no" unless good }
      sink :exports
    end
    reject = klass.run_now.rejects.first
    good = true
    reject.update!(row: {number: "A1"})
    expect([reject.replay, reject.reason]).to match([false, /OrderExportFlow writes exports by \[:id\], but the rows bring no id/])
    expect([reject.update!(row: {id: 1, number: "A1"}).replay, rows(:exports, :id)]).to eq([true, [[1]]])
  end

  it "of a part is replayed with those of the others" do
    run = export { partitions 2 }.run_now
    run.rejects.each { |reject| reject.update!(row: reject.row.merge("net" => 1)) }
    expect(run.replay_rejects).to eq(replayed: 1, open: 0)
    expect(written.map(&:first)).to eq([1, 2, 3])
  end

  it "leaves in the sink what it does not bring, as others of its batch did" do
    Export.insert_all!([{id: 1, number: "A1", name: "kept"}, {id: 2, number: "A2", name: "kept"}], record_timestamps: false)
    good = false
    klass = flow do
      source [{id: 1, number: "A1", name: "new"}, {id: 2, number: "A2"}]
      on_error :quarantine, budget: 1.0
      transform { |row| raise ArgumentError, "no" unless good }
      sink :exports
    end
    run = klass.run_now
    good = true
    expect(run.replay_rejects).to eq(replayed: 2, open: 0)
    expect(rows(:exports, :id, :name)).to eq([[1, "new"], [2, "kept"]])
  end

  it "of the table that is written as well is carried over as the table has it now" do
    klass = flow("NameFlow") do
      source :people
      on_error :quarantine, budget: 1.0
      transform { |row| row[:full_name] = row[:first_name].upcase }
      sink :people
    end
    Person.insert_all!([{id: 1, first_name: nil}, {id: 2, first_name: "Ada"}], record_timestamps: false)
    reject = klass.run_now.rejects.first
    expect([reject.replay, reject.error_class]).to eq([false, "NoMethodError"])
    Person.where(id: 1).update_all(first_name: "Bob", visits: 7)
    reject.update!(row: reject.row.merge("first_name" => "Bob"))
    expect(reject.replay).to be(true)
    expect(rows(:people, :full_name, :visits)).to eq([["BOB", 7], ["ADA", nil]])
  end

  it "with values of all kinds is the row that was read" do
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %i[kinds kind_copies].each do |table|
        connection.create_table(table, force: true) do |made|
          made.decimal :price, precision: 20, scale: 4
          made.datetime :at, precision: 6
          made.date :day
          made.boolean :yes
          made.json :facts unless FlowDatabase::KIND == :mysql # which has texts there, that no model is told of
          made.binary :bytes
          made.float :real
          made.text :text
        end
      end
    end
    kind = stub_const("Kind", Class.new(ActiveRecord::Base))
    kind.create!(price: "1234567890123.4567", at: Time.utc(2026, 11, 27, 1, 2, 3.25r), day: Date.new(2026, 2, 28), yes: true, bytes: "\xFF\x00\x01".b, real: 0.1, text: "grüße",
      **((FlowDatabase::KIND == :mysql) ? {} : {facts: {"a" => [1, nil]}}))
    good = false
    seen = []
    klass = flow("KindFlow") do
      source :kinds
      on_error :quarantine, budget: 1.0
      transform { |row| (seen << row.to_h) && (raise ArgumentError, "no" unless good) }
      sink :kind_copies
    end
    run = klass.run_now
    good = true
    expect(run.replay_rejects).to eq(replayed: 1, open: 0)
    expect(seen.last).to eq(seen.first)
    expect(klass.run_now(restart: true).counts).to include(unchanged: 1, written: 0)
  end

  next if FlowDatabase::KIND == :sqlite

  it "is replayed by one of two at once: the other waits, and a run that would begin waits, too" do
    klass = export
    run = klass.run_now
    store = ActiveDataFlow::ActiveRecord::Stores.for(nil)
    row, id = store.find(run.id), run.rejects.first.id
    told = Queue.new
    # A run of its own kind, which no example's thread is to start: it would read all rows once more.
    other = store.find_or_create(flow_name: row.flow_name, arguments: {}, digest: row.arguments_digest, restart: true)
    first = Thread.new { store.replay(row, id) { (told << :there) && waiting } }
    told.pop
    second = Thread.new { store.replay(row, id) { raise "the block ran" } }
    claim = Thread.new { store.claim(other.id) }
    expect([first, second].map(&:value)).to eq(%i[replayed settled])
    expect(claim.value.active_key).to end_with(row.arguments_digest)
  end

  # Until both of the others wait for a lock. MariaDB says only that somebody does.
  def waiting
    sql, count = Servers::ALL.fetch(FlowDatabase::KIND)::WAITING, (FlowDatabase::KIND == :postgresql) ? 2 : 1
    sleep 0.01 until Thread.new { ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_rows(sql).size } }.value >= count
    true
  end
end
