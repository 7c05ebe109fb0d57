# frozen_string_literal: true

require_relative "flow_at_work"

RSpec.describe "[running]" do
  include_context "flows in a database"
  include_context "a flow at work"

  # A flow that raises at a row, until `well` is set.
  def fragile(name = "OrderExportFlow", at: 250, **source_options, &more)
    spec = self
    flow(name) do
      source :orders, **source_options
      batch_size 100
      transform { |row| raise "no" if row[:id] == at && !spec.well }
      sink :exports
      class_eval(&more) if more
    end
  end

  before { orders(300) }

  it "says of a full disk that it is full, and goes on when there is room", if: FlowDatabase::KIND == :sqlite do
    pragma = ->(sql) { ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("PRAGMA #{sql}") } }
    most = pragma["max_page_count"]
    klass = flow do
      source :orders
      transform { |row| row[:note] = "x" * 200 }
      batch_size 100
      sink :exports
    end
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("VACUUM") }
    pragma["max_page_count = #{pragma["page_count"]}"]
    expect { klass.run_now }.to raise_error(ActiveRecord::StatementInvalid, /full/)
    pragma["max_page_count = #{most}"]
    expect(counted(klass.run_now)).to eq(read: 300, new: 300)
  ensure
    pragma["max_page_count = #{most}"]
  end

  it "reads, transforms and writes", req: ["E-24", "E-25"] do
    run = flow do
      source :orders
      transform { |row| row[:name] = row[:name].upcase }
      sink :exports
    end.run_now
    expect(run).to be_success
    expect(run.counts).to eq(read: 300, new: 300, updated: 0, unchanged: 0, filtered: 0, rejected: 0, skipped: 0, deleted: 0, written: 300)
    expect(rows(:exports, :name).first(2)).to eq([["ORDER 1"], ["ORDER 2"]])
  end

  it "finds model and table, and takes a scope", req: "A-14" do
    Order.where("id <= 5").update_all(state: "paid")
    klass = flow do
      source :orders, scope: :paid
      sink :exports
    end
    expect(counted(klass.run_now)).to eq(read: 5, new: 5)
    expect(klass.plan.to_s).to match(/reads +orders where .*paid.* by id/).and match(/writes +exports by id, mode :upsert/)
  end

  it "goes on with a failed run at its cursor" do
    expect { fragile.run_now }.to raise_error("no")
    failed = store.runs.first
    expect(failed).to have_attributes(status: "failed", cursor: "int:200", rows_read: 200)
    self.well = true
    run = OrderExportFlow.run_now
    expect(run.id).to eq(failed.id)
    expect(counted(run)).to eq(read: 300, new: 300)
  end

  it "goes on with an abandoned one: its process is gone, and its lease has ended" do
    raised { fragile.run_now }
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE active_data_flow_data_flow_runs SET status = 'in_progress', token = 'gone', lease_until = '2000-01-01', ended_at = NULL") }
    self.well = true
    expect(counted(OrderExportFlow.run_now)).to eq(read: 300, new: 300)
    expect(store.runs.size).to eq(1)
  end

  it "begins at the first row when told to, and the old run is cancelled" do
    raised { fragile.run_now }
    self.well = true
    expect(counted(OrderExportFlow.run_now(restart: true))).to eq(read: 300, new: 100, unchanged: 200)
    expect(store.runs.map(&:status)).to eq(%w[success cancelled])
  end

  it "begins at the first row after a success" do
    self.well = true
    fragile.run_now
    expect(counted(OrderExportFlow.run_now)).to eq(read: 300, unchanged: 300)
    expect(store.runs.map(&:status)).to eq(%w[success success])
  end

  it "keeps runs with other arguments apart" do
    klass = fragile do
      has_attribute :country, :string
      has_attribute :options, :json
    end
    raised { klass.run_now(country: "DE", options: {"b" => 1, "a" => 2}) }
    self.well = true
    expect(counted(klass.run_now(country: "AT"))).to eq(read: 300, new: 100, unchanged: 200)
    expect(counted(klass.run_now(country: "DE", options: {"a" => 2, "b" => 1}))).to eq(read: 300, new: 200, unchanged: 100)
    expect(store.runs.map(&:status)).to eq(%w[success success])
  end

  it "knows a model among the arguments by its id" do
    member = Member.create!(id: 7, name: "Ada")
    klass = fragile { has_model :member, "Member" }
    raised { klass.run_now(member:) }
    self.well = true
    run = klass.run_now(member: Member.find(7))
    expect(run.arguments).to eq("member" => {"id" => 7, "type" => "Member"})
    expect(counted(run)).to eq(read: 300, new: 300)
    expect(klass.plan(member:).label).to eq("OrderExportFlow(member 7)")
  end

  it "says that a run is at work already, and returns it" do
    other = nil
    klass = waiting { has_attribute :upload, :integer }
    run = meanwhile(-> { klass.run_now(upload: 7) }.then { |work| Class.new { define_singleton_method(:run_now, &work) } }) { other = klass.run_now(upload: 7) }
    expect(other).to eq(run)
    expect(log.string).to include("OrderExportFlow(upload 7) is already running as run #{run.id}; returned it.")
    expect(run.counts[:read]).to eq(300)
  end

  it "stops after the open batch when paused, and says so at the next start" do
    run = meanwhile(waiting, &:pause!)
    expect(run.reload).to have_attributes(status: "paused", cursor: "int:200")
    expect { OrderExportFlow.run_now }.to raise_error(ActiveDataFlow::Error, /\AOrderExportFlow is paused at id 200 since \d\d:\d\d\. resume! goes on, cancel! ends it\.\z/)
    run.resume!
    self.well = true
    expect(counted(OrderExportFlow.run_now)).to eq(read: 300, new: 300)
  end

  it "ends after the open batch when cancelled, and the next start is a new run" do
    run = meanwhile(waiting, &:cancel!)
    expect(run.reload).to have_attributes(status: "cancelled", cursor: "int:200")
    self.well = true
    expect(OrderExportFlow.run_now.id).not_to eq(run.id)
  end

  it "cannot resume what has ended well" do
    self.well = true
    expect { fragile.run_now.resume! }.to raise_error(ActiveDataFlow::Error, /is success and was not resumed; only a paused or a failed one can be/)
  end

  describe "a flow that was changed since its run stopped" do
    before { raised { fragile.run_now } }

    def changed(&body)
      self.well = true
      flow { class_eval(&body) }
    end

    it "starts over where the source is another one" do
      run = changed do
        source :orders, scope: -> { where("id > 50") }
        sink :exports
      end.run_now
      expect(counted(run)).to eq(read: 250, new: 100, unchanged: 150)
      expect(log.string).to include("source, cursor or key is another one since run")
    end

    it "starts over where the order or the key is another one" do
      expect(counted(changed do
        source :orders, order: :desc
        sink :exports
      end.run_now)).to include(read: 300)
      expect(counted(changed do
        source :orders
        sink :exports, key: :number
      end.run_now)).to include(read: 300)
    end

    it "goes on where only the steps are others" do
      run = changed do
        source :orders
        transform { |row| row[:state] = "seen" }
        sink :exports
      end.run_now
      expect(counted(run)).to eq(read: 300, new: 300)
      expect(Export.group(:state).count).to eq("new" => 200, "seen" => 100)
    end
  end

  it "refuses to go on with read :new in another source" do
    raised { fragile { read :new }.run_now }
    self.well = true
    klass = flow do
      source :orders, scope: -> { where("id > 50") }
      read :new
      sink :exports
    end
    expect { klass.run_now }.to raise_error(ActiveDataFlow::DefinitionChanged, /OrderExportFlow stopped at id 200, and its source, cursor or key is another one since\. .*run_now\(restart: true\)/)
  end

  describe "callbacks" do
    attr_accessor :told

    before { self.told = [] }

    it "are called with the run or without, as methods or blocks, with the flow as self" do
      spec = self
      self.well = true
      klass = fragile do
        has_attribute :country, :string, default: "DE"
        define_method(:tell) { |run| spec.told << [:method, run.status, country] }
        define_method(:tell_nobody) { spec.told << [:bare, current_run.status] }
        private :tell_nobody
        after_complete :tell
        after_complete :tell_nobody
        after_complete { |run| spec.told << [:block, run.counts[:read], country] }
        after_complete { spec.told << [:bare_block, country] }
        after_failure { spec.told << :never }
      end
      klass.run_now
      expect(told).to eq([[:method, "success", "DE"], [:bare, "success"], [:block, 300, "DE"], [:bare_block, "DE"]])
    end

    it "are told of a failure" do
      spec = self
      klass = fragile { after_failure { |run| spec.told << [run.status, run.error_class, run.error_message] } }
      expect { klass.run_now }.to raise_error("no")
      expect(told).to eq([["failed", "RuntimeError", "no"]])
    end

    it "do not change the run by an error, and the others are still called" do
      spec = self
      self.well = true
      klass = fragile do
        after_complete { raise "mail server" }
        after_complete { spec.told << :second }
      end
      expect(klass.run_now).to be_success
      expect(told).to eq([:second])
      expect(log.string).to match(/OrderExportFlow: its callback after run \d+ failed: RuntimeError: mail server/)
    end
  end

  it "waits where its sink wants to be left alone in the middle of a batch, and hands no row over twice" do
    written, times = [], 0
    klass = flow do
      source :orders
      batch_size 100
      sink { |row| (row[:id] == 150 && (times += 1) < 3) ? raise(ActiveDataFlow::Throttled.new(wait: 0.01)) : written << row[:id] }
    end
    expect(counted(klass.run_now)).to eq(read: 300, new: 300)
    expect(written).to eq([*1..300])
    expect(store.runs.map { |run| [run.status, run.leaving] }).to eq([["success", 0]])
  end

  it "counts what becomes of every row" do
    Export.insert_all!([{id: 2, number: "A2", name: "order 2", net: 2}, {id: 3, number: "A3", name: "old", net: 3}], record_timestamps: false)
    Order.where(id: 4).update_all(net: -1)
    run = flow do
      source :orders, scope: -> { where("id <= 10") }
      on_error :quarantine, budget: 2
      transform do |row|
        row.filter_out if row[:id] == 5
        raise "no" if row[:id] == 6
        row[:id] = 7 if row[:id] == 8
      end
      sink :exports
    end.run_now
    expect(run.counts).to eq(read: 10, new: 4, updated: 1, unchanged: 1, filtered: 1, rejected: 2, skipped: 1, deleted: 0, written: 5)
    expect(Export.find(7).number).to eq("A8")
  end

  it "goes on behind a moment that is the whole cursor: a resumed run, read :new, a part and a mirror" do
    moments = Array.new(6) { |second| Time.utc(2026, 1, 2, 3, 4, second, 5) }
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %i[ticks tocks].each { |name| connection.create_table(name, id: false) { |table| table.datetime(:at, null: false, index: {unique: true}) && table.integer(:place) } }
    end
    model = stub_const("Tick", Class.new(ActiveRecord::Base) { self.table_name = "ticks" })
    model.insert_all!(moments.each_with_index.map { |at, place| {at:, place:} })
    seen = []
    base = flow("TickFlow") { [source(:ticks, cursor: :at), sink(:tocks, key: :at), batch_size(2)] }
    carried = flow("CarriedFlow", base) { transform { |row| seen << row[:place] } }
    expect(raised { carried.run_now { |run| raise IOError if run.counts[:read] == 2 } }).to be_a(IOError)
    expect(counted(carried.run_now)).to eq(read: 6, new: 6)
    expect(seen.uniq).to eq([*0..5])
    expect(raised { base.run_now { |run| raise IOError if run.counts[:read] == 2 } }).to be_a(IOError)
    expect(counted(base.run_now)).to eq(read: 6, unchanged: 6)
    newer = flow("NewerFlow", base) { read :new }
    newer.run_now
    model.insert_all!([{at: moments.last + 1, place: 6}])
    expect(counted(newer.run_now)).to eq(read: 1, new: 1)
    expect(counted(flow("PartedFlow", base) { partitions 3 }.run_now)).to eq(read: 7, unchanged: 7)
    next if FlowDatabase::KIND == :sqlite # which sorts moments as texts of several forms

    model.where(place: [0, 3, 6]).delete_all
    mirror = flow("MirrorFlow", base) { sink :tocks, key: :at, mode: :mirror, max_deletes: nil }
    expect(counted(mirror.run_now)).to eq(read: 4, unchanged: 4, deleted: 3)
  end
end
